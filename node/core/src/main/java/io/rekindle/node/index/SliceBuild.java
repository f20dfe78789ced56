package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;

/**
 * Fills a slice index from a scan of its partition while live changes go on.
 *
 * <p>What the scan read may be older than what live changes have brought already: it only fills
 * gaps. A row or vector that was removed since {@link SliceIndex#beginBuild} is not brought back;
 * hence the scan begins after that call, and live changes are given to the index from before it.
 * One thread uses a build; live changes may come from any.
 */
public final class SliceBuild implements AutoCloseable {
  private final SliceIndex index;
  private final BuildLedger ledger;
  private boolean closed;

  SliceBuild(SliceIndex index, BuildLedger ledger) {
    this.index = index;
    this.ledger = ledger;
  }

  /** As {@link SliceIndex#putRow}, unless a live change knows better. */
  public boolean putRow(IndexRow row) {
    return index.putScannedRow(row, ledger);
  }

  /** As {@link SliceIndex#putVector}, unless a live change knows better. */
  public boolean putVector(MemoryId id, int chunk, long contentVersion, float[] vector) {
    return index.putScannedVector(id, chunk, contentVersion, vector, ledger);
  }

  /**
   * False when live removals were too many to be remembered within the budget: the index may hold
   * removed rows, and must be dropped. Asked after the last put and before {@link #close}.
   */
  public boolean trustworthy() {
    return index.isComplete(ledger);
  }

  /** Forgets the removals; live changes go on. Idempotent. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      index.endBuild(ledger);
    }
  }
}
