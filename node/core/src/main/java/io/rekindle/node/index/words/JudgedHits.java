package io.rekindle.node.index.words;

import io.rekindle.node.index.RowContent;
import io.rekindle.node.index.RowJudge;
import io.rekindle.node.model.MemoryId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.jspecify.annotations.Nullable;

/**
 * Collects the best documents whose rows pass; of equal scores the smaller id is better. The filter
 * is asked before a document can take a place, so that a selective one costs time and not answers;
 * documents that can't be among the best are passed over unscored (Ding, Suel, SIGIR 2011).
 */
final class JudgedHits extends SimpleCollector {
  private static final Comparator<WordHit> BEST_FIRST =
      Comparator.comparingDouble(WordHit::score).reversed().thenComparing(WordHit::memoryId);

  private final int topK;
  private final JudgedRows rows;
  private final PriorityQueue<WordHit> best = new PriorityQueue<>(BEST_FIRST.reversed());
  private float threshold;
  private @Nullable Scorable scores;

  /**
   * @param minScore lowest score taken, or NaN
   */
  JudgedHits(int topK, float minScore, RowJudge judge, RowPlaces rows) {
    this.topK = topK;
    this.threshold = Float.isNaN(minScore) ? 0 : minScore;
    this.rows = new JudgedRows(judge, rows);
  }

  @Override
  public ScoreMode scoreMode() {
    return ScoreMode.TOP_SCORES;
  }

  @Override
  protected void doSetNextReader(LeafReaderContext context) throws IOException {
    rows.enter(context.reader());
  }

  @Override
  public void setScorer(Scorable scorer) throws IOException {
    scores = scorer;
    tellThreshold();
  }

  /** Equal scores are let through: their ids decide. */
  private void tellThreshold() throws IOException {
    if (scores != null && threshold > 0) {
      scores.setMinCompetitiveScore(threshold);
    }
  }

  @Override
  public void collect(int document) throws IOException {
    Scorable scorer = scores;
    if (scorer == null) {
      throw new IllegalStateException("a document before its segment");
    }
    float score = scorer.score();
    if (score < threshold) {
      return;
    }
    RowContent content = rows.passing(document);
    if (content != null) {
      take(new WordHit(idOf(content), score, content.contentVersion()));
    }
  }

  private void take(WordHit hit) throws IOException {
    best.add(hit);
    if (best.size() > topK) {
      best.remove();
    }
    if (best.size() == topK) {
      threshold = Math.max(threshold, best.element().score());
      tellThreshold();
    }
  }

  private static MemoryId idOf(RowContent content) {
    return new MemoryId(new UUID(content.high(), content.low()));
  }

  /** Best first. */
  List<WordHit> hits() {
    List<WordHit> hits = new ArrayList<>(best);
    hits.sort(BEST_FIRST);
    return hits;
  }
}
