package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Kernels;
import io.rekindle.node.index.scan.Scorer;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * One search: each vector's code is compared with the query, and only where the proven bound of its
 * score reaches the worst of the best so far are its floats read. That makes the answer exact: what
 * was refused could not have been in it. One thread.
 */
final class VectorScan {
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

  // A batch of slots: at which generation each was, what the kernel says, and who may score enough.
  private final int[] generations = new int[BATCH];
  private final float[] dots = new float[BATCH];
  private final boolean[] worthwhile = new boolean[BATCH];

  // The candidate under judgement; believed once its row is known not to have changed.
  private final float[] dot = new float[1];
  private float score;
  private long high;
  private long low;
  private int chunk;
  private long version;
  private boolean hasSiblings;
  private boolean repeats;
  private long tested;
  private long passed;

  VectorScan(SliceTables tables, Scorer scorer, CompiledFilter filter, TopMemories top) {
    this.tables = tables;
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.scorer = scorer;
    this.unitQuery = scorer.unitQuery();
    this.filter = filter;
    this.top = top;
    this.firstChange = tables.changes();
  }

  /** Considers every vector. */
  void all() {
    int left = vectors.size();
    for (int number = 0; left > 0; number++) {
      VectorBlock block = vectors.block(number);
      int end = Math.min(left, block.capacity());
      for (int slot = 0; slot < end; slot += BATCH) {
        batch(block, slot, Math.min(BATCH, end - slot));
      }
      left -= end;
    }
  }

  /**
   * Considers a batch. While too few memories are known, nothing is refused by its score, so the
   * filter is asked first. Afterwards the bound refuses nearly all, in loops that the compiler
   * makes tight; the rest, and what changed meanwhile, is considered one by one.
   */
  private void batch(VectorBlock block, int from, int count) {
    if (!top.isFull()) {
      for (int i = 0; i < count; i++) {
        consider(block, from + i);
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
        consider(block, from + i);
      }
    }
  }

  private boolean mayReach(VectorBlock block, int slot, float threshold, float dot) {
    return scorer.mayReach(threshold, dot, block.scale(slot), block.margin(slot), block.norm(slot));
  }

  /** Considers these vectors. */
  void these(int[] ordinals) {
    for (int ordinal : ordinals) {
      one(ordinal);
    }
  }

  /** Considers one vector. */
  void one(int ordinal) {
    consider(vectors.of(ordinal), vectors.slot(ordinal));
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

  private void consider(VectorBlock block, int slot) {
    for (int turn = 0; ; turn++) {
      int owner = block.owner(slot);
      if (owner <= 0) {
        return;
      }
      RowBlock row = rows.of(owner - 1);
      int rowSlot = rows.slot(owner - 1);
      int generation = row.generation(rowSlot);
      if ((generation & 1) == 0) {
        boolean candidate = judge(block, slot, row, rowSlot);
        if (row.unchanged(rowSlot, generation) && block.owner(slot) == owner) {
          if (candidate) {
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
  private boolean judge(VectorBlock block, int slot, RowBlock row, int rowSlot) {
    tested++;
    if (!filter.test(row, rowSlot)) {
      return false;
    }
    passed++;
    float threshold = top.threshold();
    KERNEL.dots(unitQuery, block.codes(), block.codeOffset(slot), 1, dot);
    if (!mayReach(block, slot, threshold, dot[0])) {
      return false;
    }
    score = scorer.score(block.floats(), block.floatOffset(slot), block.norm(slot));
    high = row.getLong(RowBlock.ID_HIGH, rowSlot);
    low = row.getLong(RowBlock.ID_LOW, rowSlot);
    chunk = block.chunk(slot);
    version = row.getLong(RowBlock.VERSION, rowSlot);
    hasSiblings = row.getInt(RowBlock.VECTORS, rowSlot) > 1;
    return score >= threshold;
  }
}
