package io.rekindle.node.index;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Shows the vectors of given rows to a search. One thread.
 *
 * <p>Nearly all are out by the bound of their score, which needs nothing of the row: that is asked
 * first, for a batch whose reads from memory go on side by side.
 *
 * <p>The chain of a row's vectors is followed without a lock: each link is believed only while the
 * row's generation stays, and a row that changed before its vectors were judged is shown again.
 */
final class RowGather {
  private static final int BATCH = 64;

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final VectorScan scan;
  private final int[] batch = new int[BATCH];
  private final int[] generations = new int[BATCH];
  private final int[] first = new int[BATCH];
  private final boolean[] refused = new boolean[BATCH];
  private int[] chain = new int[8];

  RowGather(SliceTables tables, VectorScan scan) {
    this.rows = tables.rows();
    this.vectors = tables.vectors();
    this.scan = scan;
  }

  /** Considers every vector of these rows. */
  void these(BitSet ordinals) {
    int count = 0;
    for (int row = ordinals.nextSetBit(0); row >= 0; row = ordinals.nextSetBit(row + 1)) {
      batch[count++] = row;
      if (count == BATCH) {
        batch(count);
        count = 0;
      }
    }
    batch(count);
  }

  private void batch(int count) {
    for (int i = 0; i < count; i++) {
      first[i] = first(i);
    }
    scan.refuse(first, batch, count, refused);
    for (int i = 0; i < count; i++) {
      RowBlock block = rows.of(batch[i]);
      int slot = rows.slot(batch[i]);
      if (!refused[i] || !block.unchanged(slot, generations[i])) {
        one(block, slot);
      }
    }
  }

  /** The first vector of a row, to be believed while its generation stays; -1 for none. */
  private int first(int at) {
    RowBlock block = rows.of(batch[at]);
    int slot = rows.slot(batch[at]);
    generations[at] = block.generation(slot);
    int vector = block.getInt(RowBlock.FIRST_VECTOR, slot) - 1;
    return (generations[at] & 1) == 0 && vector < vectors.size() ? vector : -1;
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
