package io.rekindle.node.index;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The exact floats of an index while it is small. Of a larger one they are withdrawn for good: from
 * then on no reader gets them, and none are written. They are erased as their vectors are until
 * somebody has the time to overwrite and free the whole of them ({@link #freeWithdrawn}); what a
 * reader holds then goes when it leaves.
 *
 * <p>Guarded by the index's lock, but for {@link #current}, {@link #freeWithdrawn} and the sizes.
 */
final class VectorFloats {
  private final int vectorsMax;
  private volatile double orderLoss = 1;
  private volatile @Nullable FloatBlocks current;
  private volatile @Nullable FloatBlocks withdrawn;

  /**
   * @param blocks where they are kept
   * @param vectorsMax of more vectors no floats are kept
   */
  VectorFloats(FloatBlocks blocks, int vectorsMax) {
    this.current = blocks;
    this.vectorsMax = vectorsMax;
  }

  /**
   * What readers may enter; null when they have to do without. Whoever reads a vector by these
   * looks here again after it took the row's generation: a vector that is newer than the withdrawal
   * has no floats.
   */
  @Nullable FloatBlocks current() {
    return current;
  }

  /**
   * What part of the best a search loses that goes by the order of int8 vectors; all of it as long
   * as nobody has measured that.
   */
  double orderLoss() {
    return orderLoss;
  }

  void orderLoss(double measured) {
    orderLoss = measured;
  }

  /** Withdraws them if there are to be none of so many vectors. */
  void admit(int vectors) {
    FloatBlocks blocks = current;
    if (blocks != null && vectors > vectorsMax) {
      withdrawn = blocks;
      current = null;
    }
  }

  /** Makes room for a vector; throws {@code INDEX_MEMORY_EXHAUSTED}. */
  void reserve(int ordinal) {
    FloatBlocks blocks = current;
    if (blocks != null) {
      blocks.reserve(ordinal);
    }
  }

  /** Writes a vector, after {@link #reserve}; what it had is gone in any case. */
  void write(int ordinal, float[] vector) {
    FloatBlocks blocks = current;
    if (blocks != null) {
      blocks.write(ordinal, vector);
    } else {
      erase(ordinal);
    }
  }

  /** Overwrites the floats of a vector that is erased. */
  void erase(int ordinal) {
    FloatBlocks blocks = current;
    if (blocks != null) {
      blocks.erase(ordinal);
    }
    FloatBlocks old = withdrawn;
    if (old != null && old.enter()) {
      old.erase(ordinal);
      old.leave();
    }
  }

  /** Whether {@link #freeWithdrawn} has something to do. */
  boolean hasWithdrawn() {
    return withdrawn != null;
  }

  /** Overwrites and frees what was withdrawn: not under the lock, it takes milliseconds. */
  void freeWithdrawn() {
    FloatBlocks old = withdrawn;
    if (old != null) {
      old.close();
      withdrawn = null;
    }
  }

  /** At the end of the index. */
  void freeAll() {
    freeWithdrawn();
    FloatBlocks blocks = current;
    if (blocks != null) {
      blocks.close();
      current = null;
    }
  }

  /** Bytes taken from the budget. */
  long bytes() {
    FloatBlocks blocks = current;
    FloatBlocks old = withdrawn;
    return (blocks == null ? 0 : blocks.bytes()) + (old == null ? 0 : old.bytes());
  }

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments() {
    List<MemorySegment> segments = new ArrayList<>();
    FloatBlocks blocks = current;
    if (blocks != null) {
      segments.addAll(blocks.segments());
    }
    FloatBlocks old = withdrawn;
    if (old != null && old.enter()) {
      segments.addAll(old.segments());
      old.leave();
    }
    return segments;
  }
}
