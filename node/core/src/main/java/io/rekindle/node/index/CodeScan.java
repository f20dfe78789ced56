package io.rekindle.node.index;

import io.rekindle.node.index.rabitq.CodeKernel;
import io.rekindle.node.index.rabitq.CodeKernels;
import io.rekindle.node.index.rabitq.CodeLayout;
import io.rekindle.node.index.rabitq.Query;
import java.lang.foreign.MemorySegment;

/**
 * One search by codes: each code gives a bound that its vector's score is below with the
 * probability that was asked for.
 *
 * <p>The first pass keeps the vectors of the highest bounds among those that pass the filter. These
 * are judged exactly, highest first, until the bounds are below the worst of the best. Where even
 * the lowest that was kept is not, which is rare, a second pass judges whatever else has a bound
 * above it. Where fewer pass the filter than are kept, all of them are judged. What is judged is
 * judged as in an exact search, so that half of a code, seen while it was written, may cost a
 * memory but never gives a wrong one. One thread.
 */
final class CodeScan {
  private static final CodeKernel KERNEL = CodeKernels.best();
  private static final int BATCH = 128;

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final CompiledFilter filter;
  private final VectorScan judge;
  private final CodeBook book;
  private final Query query;
  private final float[] estimates = new float[BATCH];

  // The best so far, in a heap with the worst on top.
  private final float[] scores;
  private final int[] ordinals;
  private int size;

  /**
   * @param filter of this search, as the judge has it
   * @param book entered
   * @param candidates how many the first pass keeps
   */
  CodeScan(
      SliceTables tables,
      CompiledFilter filter,
      VectorScan judge,
      CodeBook book,
      Query query,
      int candidates) {
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.filter = filter;
    this.judge = judge;
    this.book = book;
    this.query = query;
    this.scores = new float[candidates];
    this.ordinals = new int[candidates];
  }

  /** Returns whether every vector that passes the filter was judged: the answer is exact then. */
  boolean run() {
    eachBatch(this::keep);
    boolean all = size < scores.length;
    float rest = threshold();
    int[] best = drain();
    for (int i = 0; i < best.length && (all || scores[i] >= level()); i++) {
      judge.one(best[i]);
    }
    if (!all && rest >= level()) {
      judge.again();
      eachBatch((_, _, count, first) -> judgeRest(rest, count, first));
    }
    return all;
  }

  /** What a bound has to reach. */
  private float level() {
    return query.level(judge.threshold());
  }

  /** Takes the bounds of a run of slots, which are in {@link #estimates}. */
  private interface Batch {
    void take(VectorBlock block, int from, int count, int firstOrdinal);
  }

  private void eachBatch(Batch batch) {
    CodeLayout layout = book.layout();
    int all = vectors.size();
    int first = 0;
    for (int number = 0; first < all; number++) {
      VectorBlock block = vectors.block(number);
      MemorySegment codes = book.block(number);
      int end = Math.min(all - first, block.capacity());
      for (int slot = 0; slot < end && codes != null; slot += BATCH) {
        int count = Math.min(BATCH, end - slot);
        int blocks = (count + CodeLayout.LANES - 1) / CodeLayout.LANES;
        KERNEL.estimate(query, codes, layout.blockOffset(slot), blocks, estimates);
        batch.take(block, slot, count, first + slot);
      }
      first += block.capacity();
    }
  }

  private void keep(VectorBlock block, int from, int count, int firstOrdinal) {
    float threshold = threshold();
    for (int i = 0; i < count; i++) {
      if (estimates[i] > threshold && passes(block, from + i)) {
        offer(estimates[i], firstOrdinal + i);
        threshold = threshold();
      }
    }
  }

  private void judgeRest(float rest, int count, int firstOrdinal) {
    float level = level();
    for (int i = 0; i < count; i++) {
      if (estimates[i] >= level && estimates[i] <= rest) {
        judge.one(firstOrdinal + i);
        level = level();
      }
    }
  }

  private float threshold() {
    return size == scores.length ? scores[0] : Float.NEGATIVE_INFINITY;
  }

  /** Whether the filter lets the vector's row pass; true when the row changes all the while. */
  private boolean passes(VectorBlock block, int slot) {
    int owner = block.owner(slot);
    if (owner <= 0) {
      return false;
    }
    RowBlock row = rows.of(owner - 1);
    int rowSlot = rows.slot(owner - 1);
    int generation = row.generation(rowSlot);
    return (generation & 1) != 0
        || filter.test(row, rowSlot)
        || !row.unchanged(rowSlot, generation);
  }

  private void offer(float score, int ordinal) {
    if (size < scores.length) {
      int at = size++;
      for (; at > 0 && scores[(at - 1) / 2] > score; at = (at - 1) / 2) {
        move((at - 1) / 2, at);
      }
      set(at, score, ordinal);
    } else {
      sink(score, ordinal);
    }
  }

  /** Puts this in the place of the worst. */
  private void sink(float score, int ordinal) {
    int at = 0;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      child += child + 1 < size && scores[child + 1] < scores[child] ? 1 : 0;
      if (scores[child] >= score) {
        break;
      }
      move(child, at);
      at = child;
    }
    set(at, score, ordinal);
  }

  private void move(int from, int to) {
    set(to, scores[from], ordinals[from]);
  }

  private void set(int at, float score, int ordinal) {
    scores[at] = score;
    ordinals[at] = ordinal;
  }

  /** Empties the heap into the two arrays, best first; returns the ordinals. */
  private int[] drain() {
    int count = size;
    float[] sorted = new float[count];
    int[] best = new int[count];
    while (size > 0) {
      size--;
      sorted[size] = scores[0];
      best[size] = ordinals[0];
      float last = scores[size];
      int lastOrdinal = ordinals[size];
      if (size > 0) {
        sink(last, lastOrdinal);
      }
    }
    System.arraycopy(sorted, 0, scores, 0, count);
    return best;
  }
}
