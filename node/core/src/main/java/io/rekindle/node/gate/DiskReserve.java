package io.rekindle.node.gate;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.StateCommand;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps room on the disk: below the reserve, what would grow the data is refused, while reads,
 * deletes, revocations and the audit go on. Thread-safe.
 */
public final class DiskReserve {
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final long reserveBytes;
  private final LongSupplier usableBytes;
  private volatile Look last;

  private record Look(long usableBytes, long atNanos) {}

  /**
   * A reserve on the disk of the data folder.
   *
   * @param usableBytes asks the file system; called at most four times a second
   */
  public DiskReserve(long reserveBytes, LongSupplier usableBytes) {
    this.reserveBytes = reserveBytes;
    this.usableBytes = usableBytes;
    this.last = new Look(usableBytes.getAsLong(), System.nanoTime());
  }

  /** What the disk still has, as of the last look. */
  public long usableBytes() {
    Look look = last;
    if (System.nanoTime() - look.atNanos() > LOOK_EVERY_NANOS) {
      look = new Look(usableBytes.getAsLong(), System.nanoTime());
      last = look;
    }
    return look.usableBytes();
  }

  /**
   * Refuses what grows the data when the reserve is reached.
   *
   * @throws RekindleException DISK_RESERVE_REACHED
   */
  void check(Command command) {
    if (grows(command) && usableBytes() < reserveBytes) {
      throw new RekindleException(
          ErrorCode.DISK_RESERVE_REACHED,
          "the disk reserve is reached: writes are refused, reads and deletes go on",
          Map.of("limit_key", "rekindle.disk.reserve-bytes", "limit", Long.toString(reserveBytes)));
    }
  }

  private static boolean grows(Command command) {
    return switch (command) {
      case MemoryCommand.Store _, MemoryCommand.Update _ -> true;
      case StateCommand.Set _ -> true;
      case NamespaceCommand.Create _ -> true;
      case AccessCommand.CreateKey _, AccessCommand.AddGrant _ -> true;
      default -> false;
    };
  }
}
