package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;

/**
 * Fills a slice index from a scan of its partition while live changes go on.
 *
 * <p>What the scan read may be older than what live changes have brought already: it only fills
 * gaps. A row or vector that was removed since {@link SliceIndex#beginBuild} is not brought back.
 * One thread uses a build; live changes may come from any.
 */
public final class SliceBuild implements AutoCloseable {
  private final SliceIndex index;

  SliceBuild(SliceIndex index) {
    this.index = index;
  }

  /** As {@link SliceIndex#putRow}, unless a live change knows better. */
  public boolean putRow(IndexRow row) {
    return index.putScannedRow(row);
  }

  /** As {@link SliceIndex#putVector}, unless a live change knows better. */
  public boolean putVector(MemoryId id, int chunk, long contentVersion, float[] vector) {
    return index.putScannedVector(id, chunk, contentVersion, vector);
  }

  /**
   * False when live removals were too many to be remembered in the budget: the index may hold
   * removed rows, and must be dropped.
   */
  public boolean trustworthy() {
    return index.buildIsTrustworthy();
  }

  /** Forgets the removals; live changes go on. Idempotent. */
  @Override
  public void close() {
    index.endBuild();
  }
}
