package io.rekindle.node.index;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.MemoryId;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Fills a slice index from a scan of its partition while live changes go on.
 *
 * <p>What the scan read may be older than what live changes have brought already: it only fills
 * gaps. A row or vector that was removed since {@link SliceIndex#beginBuild} is not brought back;
 * hence the scan begins after that call, and live changes are given to the index from before it.
 *
 * <p>A snapshot spares most of the vectors: it is loaded first, and what it has of a memory counts
 * from the moment when the scan meets the very row that it was written with. So it may be of any
 * age. Rows and vectors may be put by several threads, all else is for one; live changes may come
 * from any.
 */
public final class SliceBuild implements AutoCloseable {
  /** Rows looked at in one hold of the lock. */
  private static final int BATCH = 256;

  private final SliceIndex index;
  private final IndexSettings settings;
  private final SliceTables tables;
  private final KeptMemories kept;
  private final Quantizer quantizer;
  private final BuildLedger ledger;
  private boolean discarded;
  private boolean closed;

  SliceBuild(SliceIndex index, IndexSettings settings, SliceTables tables, BuildLedger ledger) {
    this.index = index;
    this.settings = settings;
    this.tables = tables;
    this.kept = new KeptMemories(tables);
    this.quantizer = new Quantizer(settings.dimensions(), settings.distance());
    this.ledger = ledger;
  }

  /**
   * Takes in what {@link SliceIndex#writeSnapshot} wrote; called before the first put.
   *
   * @param progress told now and then how many memories were taken in
   * @return how many memories it has; 0 when it is of no use here, and then read no further than
   *     its head: written for other settings, or of so few vectors that floats are kept of all
   * @throws IOException when it cannot be read to its end; then nothing is loaded
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  public int load(InputStream from, IntConsumer progress) throws IOException {
    SnapshotReader reader = new SnapshotReader(settings, from);
    if (!reader.fits() || !withdrawsFloats(reader.vectors())) {
      return 0;
    }
    try {
      return load(reader, progress);
    } catch (IOException e) {
      discardLoaded();
      throw e;
    }
  }

  private int load(SnapshotReader reader, IntConsumer progress) throws IOException {
    int memories = 0;
    try (SnapshotQueue queue = new SnapshotQueue(reader)) {
      for (List<KeptMemory> next = queue.next(); next != null; next = queue.next()) {
        next.forEach(this::put);
        memories += next.size();
        progress.accept(memories);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RekindleException(
          ErrorCode.NOT_READY, "the index of this slice is not built to its end");
    }
    return memories;
  }

  private void put(KeptMemory memory) {
    index.change(() -> !ledger.knowsRemoved(memory.id()) && tables.putKept(memory));
  }

  private boolean withdrawsFloats(int vectors) {
    index.change(
        () -> {
          tables.floats().admit(vectors);
          return true;
        });
    index.freeFloats();
    return tables.floats().current() == null;
  }

  /** Lets go of what was loaded and not met by a row. */
  private void discardLoaded() {
    for (int from = 0; from < tables.rows().size(); from += BATCH) {
      int first = from;
      index.change(
          () -> {
            kept.discard(first, Math.min(first + BATCH, tables.rows().size()));
            return true;
          });
    }
  }

  /**
   * As {@link SliceIndex#putRow}, unless a live change knows better.
   *
   * @param chunks how many vectors it has
   */
  public boolean putRow(IndexRow row, int chunks) {
    MemoryId id = row.columns().memoryId();
    return index.change(
        () -> {
          discarded |= kept.discardBut(row, chunks);
          Long known = tables.rowVersion(id);
          boolean stale = known != null && known >= row.columns().version();
          return !stale && !ledger.knowsRemoved(id) && tables.putRow(row);
        });
  }

  /**
   * Whether the vector of a chunk is there, of this content or newer.
   *
   * @throws RekindleException {@code NOT_READY} when the index was closed meanwhile
   */
  public boolean hasVector(MemoryId id, int chunk, long contentVersion) {
    Long known = index.answer(() -> index.locked(() -> tables.vectorVersion(id, chunk)));
    return known != null && known >= contentVersion;
  }

  /** As {@link SliceIndex#putVector}, unless a live change knows better. */
  public boolean putVector(MemoryId id, int chunk, long contentVersion, float[] vector) {
    Quantizer.Code code = quantizer.encode(vector);
    boolean changed =
        code != null
            && index.change(
                () -> {
                  Long known = tables.vectorVersion(id, chunk);
                  boolean stale = known != null && known >= contentVersion;
                  return !stale
                      && !ledger.knowsRemoved(id, chunk)
                      && tables.putVector(id, chunk, contentVersion, code, vector);
                });
    if (index.hasFloatsToFree()) {
      index.freeFloats();
    }
    return changed;
  }

  /**
   * Whether the snapshot that was loaded has something that is gone by now. Asked before {@link
   * #close}.
   */
  public boolean foundGone() {
    return discarded || index.locked(() -> !ledger.isEmpty());
  }

  /**
   * False when live removals were too many to be remembered within the budget: the index may hold
   * removed rows, and must be dropped. Asked after the last put and before {@link #close}.
   */
  public boolean trustworthy() {
    return index.isComplete(ledger);
  }

  /**
   * Ends the build, lets go of what was loaded and not met by a row, and forgets the removals; live
   * changes go on. Idempotent.
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      discardLoaded();
      index.endBuild(ledger);
    }
  }
}
