package io.rekindle.node.index;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Shows the vectors of given rows to a search. One thread.
 *
 * <p>The chain of a row's vectors is followed without a lock: each link is believed only while the
 * row's generation stays, and a row that changed before its vectors were judged is shown again.
 */
final class RowGather {
  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final VectorScan scan;
  private int[] chain = new int[8];

  RowGather(SliceTables tables, VectorScan scan) {
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.scan = scan;
  }

  /** Considers every vector of these rows. */
  void these(BitSet ordinals) {
    for (int row = ordinals.nextSetBit(0); row >= 0; row = ordinals.nextSetBit(row + 1)) {
      one(rows.of(row), rows.slot(row));
    }
  }

  private void one(RowBlock block, int slot) {
    for (int turn = 0; ; turn++) {
      int generation = block.generation(slot);
      if ((generation & 1) == 0) {
        int count = follow(block, slot, generation);
        for (int i = 0; i < count; i++) {
          scan.one(chain[i]);
        }
        if (block.unchanged(slot, generation)) {
          return;
        }
      }
      Spin.once(turn);
    }
  }

  /** Puts the row's vectors into {@link #chain}, up to where the row is seen to have changed. */
  private int follow(RowBlock block, int slot, int generation) {
    int count = 0;
    int vector = block.getInt(RowBlock.FIRST_VECTOR, slot) - 1;
    while (vector >= 0 && block.unchanged(slot, generation)) {
      if (count == chain.length) {
        chain = Arrays.copyOf(chain, 2 * count);
      }
      chain[count++] = vector;
      vector = vectors.of(vector).next(vectors.slot(vector));
    }
    return count;
  }
}
