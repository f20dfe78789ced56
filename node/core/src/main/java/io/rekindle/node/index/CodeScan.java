package io.rekindle.node.index;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One search by codes: each code gives a bound that its vector's score is below with the
 * probability that was asked for. Vectors are judged exactly, those of the highest bounds first,
 * until the bounds are below the worst of the best.
 *
 * <p>Where runs come nearest first, each is judged at once: the first one gives most of the answer,
 * and nearly nothing of the others has a bound above it. Where they come in any order, a first pass
 * keeps the vectors of the highest bounds among those that pass the filter and judges them at the
 * end. Where even the lowest that was kept is not below the worst of the best, which is rare, a
 * second pass judges whatever else has a bound above it. Where fewer pass the filter than are kept,
 * all of them are judged.
 *
 * <p>What is judged is judged as in an exact search, so that half of a code, seen while it was
 * written, may cost a memory but never gives a wrong one. One thread.
 */
final class CodeScan {
  private static final int BATCH = 128;

  /** So many that their reads overlap, so few that the worst of the best still rises meanwhile. */
  private static final int JUDGED_AT_ONCE = 32;

  /** A power of two. */
  private static final int JUDGED = 1 << 12;

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final CompiledFilter filter;
  private final @Nullable BitSet passing;
  private final VectorScan judge;
  private final CodeRuns runs;
  private final int rowsPresent;
  private final float[] estimates = new float[BATCH];
  private final boolean nearestFirst;
  private final double codesMax;
  private final Candidates candidates;

  // The last that was judged of those that share a place, plus one.
  private final int[] judged = new int[JUDGED];
  private final int[] toJudge = new int[JUDGED_AT_ONCE];

  // Of vectors whose bounds were high enough: how many were met, and may pass the filter.
  private int near;
  private int nearPassing;

  private long looked;
  private boolean gaveUp;

  /**
   * @param filter of this search, as the judge has it
   * @param passing ordinals of all rows that may pass it, or null when any may
   * @param runs of a book that was entered
   * @param candidates how many vectors the first pass keeps
   * @param codesMax how many codes it looks at, where runs come nearest first, before it gives up
   */
  CodeScan(
      SliceTables tables,
      CompiledFilter filter,
      @Nullable BitSet passing,
      VectorScan judge,
      CodeRuns runs,
      int candidates,
      double codesMax) {
    this.codesMax = codesMax;
    this.passing = passing;
    this.rowsPresent = Math.max(1, tables.rowsPresent());
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.filter = filter;
    this.judge = judge;
    this.runs = runs;
    this.nearestFirst = runs.nearestFirst();
    this.candidates = new Candidates(candidates);
  }

  /**
   * Runs the search.
   *
   * @param depth how many of the nearest vectors it is about
   * @return whether every vector that passes the filter was judged: the answer is exact then
   */
  boolean run(int depth) {
    try {
      return search(depth);
    } finally {
      runs.done();
    }
  }

  /** Whether it looked at as many codes as it was given, and there were more to look at. */
  boolean hasGivenUp() {
    return gaveUp;
  }

  private boolean search(int depth) {
    if (nearestFirst) {
      judge.again(); // A vector is in two lists.
      return visitNearest(depth) && level() == Float.NEGATIVE_INFINITY;
    }
    while (runs.next()) {
      eachBatch(this::keep);
    }
    boolean all = !candidates.hasLetGo();
    judgeBest(all);
    float rest = candidates.threshold();
    if (!all && rest >= level()) {
      judge.again();
      runs.rewind();
      while (runs.next()) {
        eachBatch((from, count) -> judgeRest(rest, from, count));
      }
    }
    return all;
  }

  /**
   * Visits as many runs as are wanted: more where the filter leaves most out, as what passes it is
   * further away, and all while too few are found.
   *
   * @return whether all were visited; false when it gave up, too
   */
  private boolean visitNearest(int depth) {
    double share = share();
    int wanted = runs.wanted(depth / share);
    boolean isWidened = false;
    int visited = 0;
    while (visited < wanted || level() == Float.NEGATIVE_INFINITY) {
      if (looked > codesMax) {
        gaveUp = true;
        return false;
      }
      if (!runs.next()) {
        return true;
      }
      visited++;
      looked += runs.size();
      eachBatch(this::collect);
      judgeBest(false);
      candidates.clear();
      if (visited == wanted && !isWidened) {
        isWidened = true;
        wanted = runs.wanted(depth / (Math.min(share, nearShare()) * judge.passing()));
      }
    }
    return false;
  }

  /** Which part of the rows may pass, as far as that is known before any is looked at. */
  private double share() {
    int may = passing == null ? rowsPresent : passing.cardinality();
    return Math.clamp((double) may / rowsPresent, 1.0 / rowsPresent, 1);
  }

  /** The same of those that were met, which may be fewer: what passes may lie elsewhere. */
  private double nearShare() {
    return near == 0 ? 1 : Math.max(1, nearPassing) / (double) near;
  }

  private void judgeBest(boolean all) {
    candidates.sort();
    int next = candidates.size() - 1;
    boolean done = false;
    while (!done) {
      float level = all ? Float.NEGATIVE_INFINITY : level();
      int count = 0;
      while (next >= 0 && count < JUDGED_AT_ONCE && candidates.bound(next) >= level) {
        int ordinal = candidates.ordinal(next--);
        if (isNew(ordinal)) {
          toJudge[count++] = ordinal;
        }
      }
      judge.these(toJudge, count);
      done = next < 0 || count < JUDGED_AT_ONCE;
    }
  }

  /** A vector of two lists comes twice, as a rule soon. */
  private boolean isNew(int ordinal) {
    int at = ordinal & (JUDGED - 1);
    boolean isNew = judged[at] != ordinal + 1;
    judged[at] = ordinal + 1;
    return isNew;
  }

  /** What a bound has to reach. */
  private float level() {
    return runs.level(judge.threshold());
  }

  /** Takes the bounds of some slots of a run, which are in {@link #estimates}. */
  private interface Batch {
    void take(int from, int count);
  }

  private void eachBatch(Batch batch) {
    int all = runs.size();
    for (int from = 0; from < all; from += BATCH) {
      int count = Math.min(BATCH, all - from);
      runs.estimate(from, count, estimates);
      batch.take(from, count);
    }
  }

  private void keep(int from, int count) {
    float threshold = candidates.threshold();
    for (int i = 0; i < count; i++) {
      if (estimates[i] > threshold) {
        int ordinal = runs.ordinal(from + i);
        if (ordinal >= 0 && passes(ordinal)) {
          candidates.offer(estimates[i], ordinal);
          threshold = candidates.threshold();
        }
      }
    }
  }

  private void collect(int from, int count) {
    float level = level();
    for (int i = 0; i < count; i++) {
      if (estimates[i] >= level) {
        int ordinal = runs.ordinal(from + i);
        if (ordinal >= 0 && mayPass(ordinal)) {
          candidates.offer(estimates[i], ordinal);
        }
      }
    }
    if (candidates.isFull()) {
      judgeBest(false);
      candidates.clear();
    }
  }

  private void judgeRest(float rest, int from, int count) {
    float level = level();
    for (int i = 0; i < count; i++) {
      if (estimates[i] >= level && estimates[i] <= rest) {
        int ordinal = runs.ordinal(from + i);
        if (ordinal >= 0 && mayPass(ordinal)) {
          judge.one(ordinal);
          level = level();
        }
      }
    }
  }

  /** False for a vector that does not count, or whose row is known not to pass the filter. */
  private boolean mayPass(int ordinal) {
    if (passing == null) {
      return true; // It is as well looked at when it is judged.
    }
    int owner = vectors.of(ordinal).owner(vectors.slot(ordinal));
    boolean passes = owner > 0 && passing.get(owner - 1);
    near++;
    nearPassing += passes ? 1 : 0;
    return passes;
  }

  /** Whether the filter lets the vector's row pass; true when the row changes all the while. */
  private boolean passes(int ordinal) {
    int owner = vectors.of(ordinal).owner(vectors.slot(ordinal));
    if (owner <= 0 || (passing != null && !passing.get(owner - 1))) {
      return false;
    }
    RowBlock row = rows.of(owner - 1);
    int rowSlot = rows.slot(owner - 1);
    int generation = row.generation(rowSlot);
    return (generation & 1) != 0
        || filter.test(row, rowSlot)
        || !row.unchanged(rowSlot, generation);
  }
}
