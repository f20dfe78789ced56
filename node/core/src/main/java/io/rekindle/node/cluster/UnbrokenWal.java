package io.rekindle.node.cluster;

import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.internal.GridKernalContext;
import org.apache.ignite.internal.pagemem.wal.record.RolloverType;
import org.apache.ignite.internal.pagemem.wal.record.WALRecord;
import org.apache.ignite.internal.processors.cache.persistence.wal.FileWriteAheadLogManager;
import org.apache.ignite.internal.processors.cache.persistence.wal.WALPointer;
import org.jspecify.annotations.Nullable;

/**
 * Ignite's write-ahead log, whose flush leaves no hole behind.
 *
 * <p>A thread reserves a record's place in the mapped segment first, and fills it then. Ignite's
 * flush in the mode {@code LOG_ONLY} returns at once when the segment is mapped, although another
 * thread may still be filling a record at a lower place. A kill in that moment leaves a hole, at
 * which recovery ends, and what was acknowledged behind it is lost. So a flush waits here until
 * every record that was begun before it is filled: the pages of the map are the operating system's
 * then, and survive the process. In the mode {@code FSYNC} Ignite writes in order, and nothing is
 * added. The story, and the roads not taken: {@code docs/decisions/0004-wal-without-holes.md}.
 */
final class UnbrokenWal extends FileWriteAheadLogManager {
  private final GracePeriod filling = new GracePeriod();
  private final boolean mapped;

  UnbrokenWal(GridKernalContext context) {
    super(context);
    mapped = context.config().getDataStorageConfiguration().getWalMode() != WALMode.FSYNC;
  }

  /** All ways to append end here. */
  @Override
  public @Nullable WALPointer log(WALRecord record, RolloverType rollover)
      throws IgniteCheckedException {
    int entered = filling.enter();
    try {
      return super.log(record, rollover);
    } finally {
      filling.exit(entered);
    }
  }

  @Override
  public @Nullable WALPointer flush(@Nullable WALPointer pointer, boolean explicitFsync)
      throws IgniteCheckedException {
    if (mapped) {
      filling.await();
    }
    return super.flush(pointer, explicitFsync);
  }
}
