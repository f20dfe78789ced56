package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The best memories so far, each by its best chunk; of equal scores the smaller id is better. A
 * bounded heap with the worst on top. One thread.
 */
final class TopMemories {
  private static final Comparator<IndexHit> BEST_FIRST =
      Comparator.comparingDouble(IndexHit::score).reversed().thenComparing(IndexHit::memoryId);

  private final int topK;
  private final float minScore;
  private final float[] scores;
  private final long[] highs;
  private final long[] lows;
  private final int[] chunks;
  private final long[] versions;
  private int size;

  /**
   * @param minScore lowest score taken, or NaN
   */
  TopMemories(int topK, float minScore) {
    this.topK = topK;
    this.minScore = Float.isNaN(minScore) ? Float.NEGATIVE_INFINITY : minScore;
    this.scores = new float[topK];
    this.highs = new long[topK];
    this.lows = new long[topK];
    this.chunks = new int[topK];
    this.versions = new long[topK];
  }

  boolean isFull() {
    return size == topK;
  }

  /** A score below this one would not be taken. */
  float threshold() {
    return size == topK ? Math.max(minScore, scores[0]) : minScore;
  }

  /**
   * Takes a memory if it is among the best.
   *
   * @param again whether the memory may have been offered before
   */
  void offer(float score, long high, long low, int chunk, long version, boolean again) {
    if (score < threshold()) {
      return;
    }
    int known = again ? find(high, low) : -1;
    if (known >= 0) {
      if (score > scores[known] || (score == scores[known] && chunk < chunks[known])) {
        sink(known, score, high, low, chunk, version);
      }
    } else if (size < topK) {
      size++;
      rise(size - 1, score, high, low, chunk, version);
    } else if (isBetter(score, high, low, 0)) {
      sink(0, score, high, low, chunk, version);
    }
  }

  private int find(long high, long low) {
    for (int i = 0; i < size; i++) {
      if (lows[i] == low && highs[i] == high) {
        return i;
      }
    }
    return -1;
  }

  private boolean isBetter(float score, long high, long low, int than) {
    if (score != scores[than]) {
      return score > scores[than];
    }
    int order = Long.compareUnsigned(high, highs[than]);
    return order != 0 ? order < 0 : Long.compareUnsigned(low, lows[than]) < 0;
  }

  private void rise(int from, float score, long high, long low, int chunk, long version) {
    int at = from;
    while (at > 0 && !isBetter(score, high, low, (at - 1) / 2)) {
      move((at - 1) / 2, at);
      at = (at - 1) / 2;
    }
    set(at, score, high, low, chunk, version);
  }

  private void sink(int from, float score, long high, long low, int chunk, long version) {
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBetter(scores[child], highs[child], lows[child], child + 1)) {
        child++;
      }
      if (!isBetter(score, high, low, child)) {
        break;
      }
      move(child, at);
      at = child;
    }
    set(at, score, high, low, chunk, version);
  }

  private void move(int from, int to) {
    set(to, scores[from], highs[from], lows[from], chunks[from], versions[from]);
  }

  private void set(int at, float score, long high, long low, int chunk, long version) {
    scores[at] = score;
    highs[at] = high;
    lows[at] = low;
    chunks[at] = chunk;
    versions[at] = version;
  }

  /** Best first. */
  List<IndexHit> hits() {
    List<IndexHit> hits = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      MemoryId id = new MemoryId(new UUID(highs[i], lows[i]));
      hits.add(new IndexHit(id, chunks[i], scores[i], versions[i]));
    }
    hits.sort(BEST_FIRST);
    return hits;
  }
}
