package io.rekindle.node.index;

import io.rekindle.node.index.scan.Kernel;
import io.rekindle.node.index.scan.Kernels;
import io.rekindle.node.index.scan.Scorer;
import java.util.List;

/**
 * One search: each vector's code is compared with the query, and only where the proven bound of its
 * score reaches the worst of the best so far are its floats read. That makes the answer exact: what
 * was refused could not have been in it. One thread.
 */
final class VectorScan {
  private static final Kernel KERNEL = Kernels.best();

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final SliceTables tables;
  private final Scorer scorer;
  private final float[] unitQuery;
  private final CompiledFilter filter;
  private final TopMemories top;
  private final long firstChange;

  // The candidate under judgement; believed once its row is known not to have changed.
  private float score;
  private long high;
  private long low;
  private int chunk;
  private long version;
  private boolean hasSiblings;

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
      for (int slot = 0; slot < end; slot++) {
        consider(block, slot);
      }
      left -= end;
    }
  }

  /** Considers these vectors. */
  void these(int[] ordinals) {
    for (int ordinal : ordinals) {
      consider(vectors.of(ordinal), vectors.slot(ordinal));
    }
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
            boolean again = hasSiblings || tables.changes() != firstChange;
            top.offer(score, high, low, chunk, version, again);
          }
          return;
        }
      }
      Spin.once(turn);
    }
  }

  /**
   * Tests filter and score. While too few are known the filter is asked first, because it may spare
   * the arithmetic; afterwards the bound is, because it refuses nearly everything.
   */
  private boolean judge(VectorBlock block, int slot, RowBlock row, int rowSlot) {
    boolean boundFirst = top.isFull();
    if (!boundFirst && !filter.test(row, rowSlot)) {
      return false;
    }
    float threshold = top.threshold();
    float dot = KERNEL.dot(unitQuery, block.codes(), block.codeOffset(slot));
    double norm = block.norm(slot);
    if (!scorer.mayReach(threshold, dot, block.scale(slot), block.margin(slot), norm)) {
      return false;
    }
    if (boundFirst && !filter.test(row, rowSlot)) {
      return false;
    }
    score = scorer.score(block.floats(), block.floatOffset(slot), norm);
    high = row.getLong(RowBlock.ID_HIGH, rowSlot);
    low = row.getLong(RowBlock.ID_LOW, rowSlot);
    chunk = block.chunk(slot);
    version = row.getLong(RowBlock.VERSION, rowSlot);
    hasSiblings = row.getInt(RowBlock.VECTORS, rowSlot) > 1;
    return score >= threshold;
  }
}
