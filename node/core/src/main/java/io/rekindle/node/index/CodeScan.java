package io.rekindle.node.index;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One search by codes: each code gives a bound that its vector's score is below with the
 * probability that was asked for. Vectors are judged exactly, those of the highest bounds first,
 * until the bounds are below the worst of the best.
 *
 * <p>A first pass keeps the vectors of the highest bounds among those that pass the filter and
 * judges them at the end. Where even the lowest that was kept is not below the worst of the best, a
 * second pass judges whatever else has a bound above it. Where fewer pass the filter than are kept,
 * all of them are judged. Where runs come in any order, these are passes over all of them. Where
 * they come nearest first, they are over the first run, which gives most of the answer; of the
 * others, nearly nothing has a bound above it, and each is judged at once.
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
  private final int kept;
  private final Candidates collected;

  // Of a batch, those whose bounds are high: which they are, whose codes, and of which rows.
  private final int[] slots = new int[BATCH];
  private final int[] ordinals = new int[BATCH];
  private final int[] owners = new int[BATCH];

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
    this.kept = candidates;
    this.collected = new Candidates(candidates);
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
    Candidates best = new Candidates(kept);
    while (runs.next()) {
      eachBatch((from, count) -> keep(best, from, count));
    }
    boolean all = !best.hasLetGo();
    judgeBest(best, all);
    float rest = best.threshold();
    if (!all && rest >= level()) {
      judge.again();
      runs.rewind();
      while (runs.next()) {
        judgeUpTo(rest);
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
      if (visited == 1) {
        judgeFirst();
      } else {
        judgeUpTo(Float.POSITIVE_INFINITY);
      }
      if (visited == wanted && !isWidened) {
        isWidened = true;
        wanted = runs.wanted(depth / (Math.min(share, nearShare()) * judge.passing()));
      }
    }
    return false;
  }

  /** Judges a run when nothing is known that a bound has to reach: its highest ones tell. */
  private void judgeFirst() {
    Candidates best = new Candidates(kept);
    eachBatch((from, count) -> keepAny(best, from, count));
    judgeBest(best, false);
    float rest = best.threshold();
    if (best.hasLetGo() && rest >= level()) {
      judgeUpTo(rest);
    }
  }

  /** Judges those of a run whose bounds are high enough, and not above {@code most}. */
  private void judgeUpTo(float most) {
    eachBatch((from, count) -> collect(most, from, count));
    judgeBest(collected, false);
    collected.clear();
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

  private void judgeBest(Candidates candidates, boolean all) {
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

  /** Step by step for all of a batch, so that what is read of memory is read side by side. */
  private void keep(Candidates best, int from, int count) {
    float threshold = best.threshold();
    int high = 0;
    for (int i = 0; i < count; i++) {
      slots[high] = i;
      high += estimates[i] > threshold ? 1 : 0; // Without a branch, as no one could predict it.
    }
    for (int i = 0; i < high; i++) {
      int ordinal = runs.ordinal(from + slots[i]);
      ordinals[i] = ordinal;
      owners[i] = ordinal < 0 ? 0 : owner(ordinal);
    }
    for (int i = 0; i < high; i++) {
      float estimate = estimates[slots[i]];
      if (estimate > best.threshold() && passes(owners[i])) {
        best.offer(estimate, ordinals[i]);
      }
    }
  }

  /** As {@link #keep}, but what passes the filter is told when it is judged, if it ever is. */
  private void keepAny(Candidates best, int from, int count) {
    for (int i = 0; i < count; i++) {
      if (estimates[i] > best.threshold()) {
        int ordinal = runs.ordinal(from + i);
        if (ordinal >= 0 && mayPass(ordinal)) {
          best.offer(estimates[i], ordinal);
        }
      }
    }
  }

  private void collect(float most, int from, int count) {
    float level = level();
    for (int i = 0; i < count; i++) {
      if (estimates[i] >= level && estimates[i] <= most) {
        int ordinal = runs.ordinal(from + i);
        if (ordinal >= 0 && mayPass(ordinal)) {
          collected.offer(estimates[i], ordinal);
        }
      }
    }
    if (collected.isFull()) {
      judgeBest(collected, false);
      collected.clear();
    }
  }

  /** False for a vector that does not count, or whose row is known not to pass the filter. */
  private boolean mayPass(int ordinal) {
    if (passing == null) {
      return true; // It is as well looked at when it is judged.
    }
    int owner = owner(ordinal);
    boolean passes = owner > 0 && passing.get(owner - 1);
    near++;
    nearPassing += passes ? 1 : 0;
    return passes;
  }

  private int owner(int ordinal) {
    return vectors.of(ordinal).owner(vectors.slot(ordinal));
  }

  /** Whether the filter lets a vector's row pass; true when the row changes all the while. */
  private boolean passes(int owner) {
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
