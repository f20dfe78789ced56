package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Kernels;
import io.rekindle.node.index.scan.Scorer;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One search: each vector's code is compared with the query, and only where the proven bound of its
 * score reaches the worst of the best so far is it looked at more closely. One thread.
 *
 * <ul>
 *   <li>Where floats are kept, its exact score is computed. The answer is exact: what was refused
 *       could not have been in it.
 *   <li>Where they are not, and the answer is to be exact, the best are known by the lowest score
 *       that each can have, and whoever can have a higher one is a contender: {@link Rescoring}
 *       decides among these.
 *   <li>Where they are not, and it need not be, the score of what the code stands for is taken.
 * </ul>
 */
final class VectorScan implements AutoCloseable {
  private static final Kernel KERNEL = Kernels.best();
  private static final int BATCH = 64;

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final SliceTables tables;
  private final Scorer scorer;
  private final float[] unitQuery;
  private final CompiledFilter filter;
  private final TopMemories top;
  private final long firstChange;
  private final @Nullable FloatBlocks floats;
  private final @Nullable Candidates contenders;
  private final float marginPart;

  // A batch of slots: at which generation each was, what the kernel says, and who may score enough.
  private final int[] generations = new int[BATCH];
  private final float[] dots = new float[BATCH];
  private final boolean[] worthwhile = new boolean[BATCH];

  // The candidate under judgement; believed once its row is known not to have changed.
  private final float[] dot = new float[1];
  private float score;
  private float bound;
  private boolean isOutdated;
  private long high;
  private long low;
  private int chunk;
  private long version;
  private boolean hasSiblings;
  private boolean repeats;

  // Written only: else the compiler would leave out the reads that are there for the cache.
  @SuppressWarnings("UnusedVariable")
  private int touched;

  private long tested;
  private long passed;

  /**
   * @param top the best, which are known by their exact or near scores, or by the lowest possible
   *     ones when there are contenders
   * @param contenders takes the vectors that are to be rescored; null when none are
   * @param marginPart which part of their margins counts in that: 1 for all who can be the best
   */
  VectorScan(
      SliceTables tables,
      Scorer scorer,
      CompiledFilter filter,
      TopMemories top,
      @Nullable Candidates contenders,
      float marginPart) {
    this(tables, scorer, filter, top, contenders, marginPart, tables.floats().current());
  }

  /** One that does without floats, also where they are kept. */
  static VectorScan withoutFloats(
      SliceTables tables,
      Scorer scorer,
      CompiledFilter filter,
      TopMemories top,
      @Nullable Candidates contenders) {
    return new VectorScan(tables, scorer, filter, top, contenders, 1, null);
  }

  private VectorScan(
      SliceTables tables,
      Scorer scorer,
      CompiledFilter filter,
      TopMemories top,
      @Nullable Candidates contenders,
      float marginPart,
      @Nullable FloatBlocks kept) {
    this.tables = tables;
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.scorer = scorer;
    this.unitQuery = scorer.unitQuery();
    this.filter = filter;
    this.top = top;
    this.marginPart = marginPart;
    this.firstChange = tables.changes();
    this.floats = kept != null && kept.enter() ? kept : null;
    this.contenders = floats == null ? contenders : null;
  }

  /** Whether what it takes for the best have their exact scores. */
  boolean scoresExactly() {
    return floats != null;
  }

  /** Whether floats were withdrawn meanwhile, so that it is to be done again without them. */
  boolean isOutdated() {
    return isOutdated;
  }

  @Override
  public void close() {
    if (floats != null) {
      floats.leave();
    }
  }

  /** Considers every vector. */
  void all() {
    int all = vectors.size();
    int first = 0;
    for (int number = 0; first < all; number++) {
      VectorBlock block = vectors.block(number);
      int end = Math.min(all - first, block.capacity());
      for (int slot = 0; slot < end; slot += BATCH) {
        batch(block, first, slot, Math.min(BATCH, end - slot));
      }
      first += end;
    }
  }

  /**
   * Considers a batch. While too few memories are known, nothing is refused by its score, so the
   * filter is asked first. Afterwards the bound refuses nearly all, in loops that the compiler
   * makes tight; the rest, and what changed meanwhile, is considered one by one.
   */
  private void batch(VectorBlock block, int first, int from, int count) {
    if (!top.isFull()) {
      for (int i = 0; i < count; i++) {
        consider(block, from + i, first + from + i);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      generations[i] = block.generation(from + i);
    }
    KERNEL.dots(unitQuery, block.codes(), block.codeOffset(from), count, dots);
    float threshold = top.threshold();
    for (int i = 0; i < count; i++) {
      worthwhile[i] = mayReach(block, from + i, threshold, dots[i]);
    }
    VarHandle.loadLoadFence();
    for (int i = 0; i < count; i++) {
      int generation = generations[i];
      boolean whole = (generation & 1) == 0 && block.generationNow(from + i) == generation;
      if (worthwhile[i] || !whole) {
        consider(block, from + i, first + from + i);
      }
    }
  }

  private boolean mayReach(VectorBlock block, int slot, float threshold, float dot) {
    return scorer.mayReach(threshold, dot, block.scale(slot), block.margin(slot), block.norm(slot));
  }

  /**
   * Tells of some vectors which are out by their bounds alone, to be believed while the generations
   * of their rows stay.
   *
   * @param first the first vector of each row; below 0 for none
   * @param owners the rows
   * @param refused takes true where that is the row's only vector, and could not be taken
   */
  void refuse(int[] first, int[] owners, int count, boolean[] refused) {
    float threshold = top.isFull() ? top.threshold() : Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      if (first[i] >= 0) {
        touch(first[i]);
      }
    }
    for (int i = 0; i < count; i++) {
      refused[i] = first[i] >= 0 && refuses(first[i], owners[i] + 1, threshold);
    }
  }

  private boolean refuses(int ordinal, int owner, float threshold) {
    VectorBlock block = vectors.of(ordinal);
    int slot = vectors.slot(ordinal);
    return block.owner(slot) == owner && block.next(slot) < 0 && isOut(block, slot, threshold);
  }

  /** Considers these vectors. */
  void these(int[] ordinals) {
    these(ordinals, ordinals.length);
  }

  /**
   * Considers these vectors. Once enough are known, nearly all are out by their bounds, which needs
   * nothing of their rows; what is read of memory for that is read for all side by side.
   */
  void these(int[] ordinals, int count) {
    int next = 0;
    for (; next < count && !top.isFull(); next++) {
      one(ordinals[next]);
    }
    for (int i = next; i < count; i++) {
      touch(ordinals[i]);
    }
    for (; next < count; next++) {
      VectorBlock block = vectors.of(ordinals[next]);
      int slot = vectors.slot(ordinals[next]);
      int generation = block.generation(slot);
      boolean out = isOut(block, slot, top.threshold());
      VarHandle.loadLoadFence();
      boolean whole = (generation & 1) == 0 && block.generationNow(slot) == generation;
      if (!out || !whole) {
        consider(block, slot, ordinals[next]);
      }
    }
  }

  private void touch(int ordinal) {
    touched += vectors.of(ordinal).touch(vectors.slot(ordinal));
  }

  private boolean isOut(VectorBlock block, int slot, float threshold) {
    KERNEL.dots(unitQuery, block.codes(), block.codeOffset(slot), 1, dot);
    return !mayReach(block, slot, threshold, dot[0]);
  }

  /** Considers one vector. */
  void one(int ordinal) {
    consider(vectors.of(ordinal), vectors.slot(ordinal), ordinal);
  }

  /** From now on a vector may come that was considered before. */
  void again() {
    repeats = true;
  }

  /** Which part of what was considered one by one passed the filter; 1 when that was nothing. */
  double passing() {
    return tested == 0 ? 1 : Math.max(1, passed) / (double) tested;
  }

  /** A score below this one would not be taken. */
  float threshold() {
    return top.threshold();
  }

  List<IndexHit> hits() {
    return top.hits();
  }

  private void consider(VectorBlock block, int slot, int ordinal) {
    for (int turn = 0; ; turn++) {
      int owner = block.owner(slot);
      if (owner <= 0) {
        return;
      }
      RowBlock row = rows.of(owner - 1);
      int rowSlot = rows.slot(owner - 1);
      int generation = row.generation(rowSlot);
      if ((generation & 1) == 0) {
        boolean candidate = judge(block, slot, ordinal, row, rowSlot);
        if (row.unchanged(rowSlot, generation) && block.owner(slot) == owner) {
          if (candidate) {
            if (contenders != null) {
              contenders.offer(bound, ordinal);
            }
            boolean again = repeats || hasSiblings || tables.changes() != firstChange;
            top.offer(score, high, low, chunk, version, again);
          }
          return;
        }
      }
      Spin.once(turn);
    }
  }

  /** Tests the filter, which spares the arithmetic, then the bound, then the score. */
  private boolean judge(VectorBlock block, int slot, int ordinal, RowBlock row, int rowSlot) {
    tested++;
    if (!filter.test(row, rowSlot)) {
      return false;
    }
    passed++;
    float threshold = top.threshold();
    KERNEL.dots(unitQuery, block.codes(), block.codeOffset(slot), 1, dot);
    if (!mayReach(block, slot, threshold, dot[0]) || !score(block, slot, ordinal)) {
      return false;
    }
    high = row.getLong(RowBlock.ID_HIGH, rowSlot);
    low = row.getLong(RowBlock.ID_LOW, rowSlot);
    chunk = block.chunk(slot);
    version = row.getLong(RowBlock.VERSION, rowSlot);
    hasSiblings = row.getInt(RowBlock.VECTORS, rowSlot) > 1;
    return bound >= threshold;
  }

  /** Whether the vector has a score by now; the bound is the highest that it can be. */
  private boolean score(VectorBlock block, int slot, int ordinal) {
    if (floats != null) {
      MemorySegment exact = floats.block(vectors.number(ordinal));
      // The row's generation was taken before: a vector that came later than this has no floats.
      if (exact == null || tables.floats().current() != floats) {
        isOutdated = true;
        return false;
      }
      score = scorer.score(exact, floats.offset(slot));
      bound = score;
      return true;
    }
    float scale = block.scale(slot);
    double estimate = scorer.estimate(dot[0], block.codes(), block.codeOffset(slot), scale);
    if (contenders != null) {
      float margin = marginPart * block.margin(slot);
      score = scorer.low(estimate, margin);
      bound = scorer.high(estimate, margin);
    } else {
      score = scorer.approximate(estimate);
      bound = score;
    }
    return true;
  }
}
