package io.rekindle.node.audit;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the tail into blocks and puts them into the sink; afterwards deletes the files that are
 * wholly there.
 *
 * <p>The only memory of what has been shipped is the sink itself: each block says at which place of
 * the tail it ends. So a crash at any step is harmless:
 *
 * <ul>
 *   <li>before the put: the same records leave again, under the same number;
 *   <li>during the put, or when it threw: the last block is read again. If the put had happened,
 *       shipping goes on behind it; if not, the number is given to the same records, and to later
 *       ones with them. A number once seen in the sink is never put again.
 *   <li>after the put, before a file is deleted: the file lies before the place where the last
 *       block ends, and is deleted after the next put.
 * </ul>
 *
 * <p>Places grow with time even when the folder is put back from an old copy (see {@link
 * TailPosition}), so old records never leave twice: what a copy lacks shows as a jump of the
 * sequence. A sink that holds another chain, as after a restore to a new node, is continued by
 * number; verification tells of the seam. A block that does not open is no place to go on from: the
 * one before it is, and what the tail still has leaves again.
 *
 * <p>Thread-safe: one lock, held while a block is put, so that {@link #frozen} sees blocks and tail
 * at one moment.
 */
final class BlockShipper {
  private static final int LOOK_BACK_BLOCKS = 1_000;
  private static final long DETACH_WAIT_SECONDS = 10;

  private final TailFolder folder;
  private final TailWriter tail;
  private final BlockCipher cipher;
  private final int blockBytes;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Long> damagedFiles = new TreeSet<>();
  private volatile @Nullable BlockSink sink;
  private boolean placeKnown;
  private long lastBlock;
  private TailPosition shipped = TailPosition.START;

  BlockShipper(
      TailFolder folder,
      TailWriter tail,
      BlockCipher cipher,
      AuditSettings settings,
      InstantSource clock) {
    this.folder = folder;
    this.tail = tail;
    this.cipher = cipher;
    this.blockBytes = settings.blockBytes();
    this.clock = clock;
  }

  /**
   * The blocks and the rest of the log at one moment.
   *
   * @param sink null while detached; then all known of the log is its tail
   * @param lastBlock of those that may be read: later numbers are not settled yet
   * @param shipped the tail behind it is not in a block
   */
  record View(@Nullable BlockSink sink, long lastBlock, TailPosition shipped, TailEnd end) {}

  /** What is done while nothing moves. */
  interface Reading<T> {
    T read(View view) throws IOException;
  }

  /** Runs while no block leaves and no tail file is deleted; appends go on. */
  <T> T frozen(Reading<T> reading) throws IOException {
    lock.lock();
    try {
      @Nullable BlockSink current = sink;
      if (current != null && !placeKnown) {
        findPlace(current);
      }
      return reading.read(
          new View(
              current,
              current == null ? 0 : lastBlock,
              current == null ? TailPosition.START : shipped,
              tail.end()));
    } finally {
      lock.unlock();
    }
  }

  void attach(BlockSink next) {
    lock.lock();
    try {
      findPlace(next);
      sink = next;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when no put is under way, or after ten seconds when the sink hangs. */
  void detach() {
    sink = null;
    boolean interrupted = Thread.interrupted();
    try {
      if (lock.tryLock(DETACH_WAIT_SECONDS, TimeUnit.SECONDS)) {
        placeKnown = false;
        lock.unlock();
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ships one block of what has been waiting.
   *
   * @return whether more was waiting; what came meanwhile waits for its own block
   */
  boolean ship() throws IOException {
    lock.lock();
    try {
      @Nullable BlockSink current = sink;
      if (current == null) {
        return false;
      }
      if (!placeKnown) {
        findPlace(current);
      }
      TailEnd end = tail.end();
      if (end.lastRecord().compareTo(shipped) <= 0) {
        return false;
      }
      shipped = put(current, end);
      deleteShipped();
      return shipped.compareTo(end.position()) < 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ships all that has been appended before the call.
   *
   * @return where the last block ends
   * @throws RekindleException AUDIT_UNAVAILABLE while detached, or when the last block does not
   *     open
   */
  AuditPosition flush() throws IOException {
    TailPosition target = tail.end().lastRecord();
    while (!isShipped(target)) {
      var _ = ship();
    }
    return frozen(
        view -> {
          @Nullable BlockSink current = view.sink();
          byte @Nullable [] sealed = current == null ? null : current.find(view.lastBlock());
          @Nullable AuditBlock block =
              sealed == null ? null : AuditBlock.open(view.lastBlock(), sealed, cipher);
          if (block == null) {
            throw new RekindleException(
                ErrorCode.AUDIT_UNAVAILABLE, "the last block of the audit does not open");
          }
          ChainPoint end = block.segment().after();
          return new AuditPosition(end.sequence(), end.hash());
        });
  }

  private boolean isShipped(TailPosition target) throws IOException {
    return frozen(
        view -> {
          if (view.sink() == null) {
            throw new RekindleException(
                ErrorCode.AUDIT_UNAVAILABLE, "the audit has nowhere to keep its blocks");
          }
          return view.shipped().compareTo(target) >= 0;
        });
  }

  private void findPlace(BlockSink current) {
    long last = current.lastBlock();
    shipped = TailPosition.START;
    for (long number = last; number > Math.max(0, last - LOOK_BACK_BLOCKS); number--) {
      byte @Nullable [] sealed = current.find(number);
      @Nullable AuditBlock block = sealed == null ? null : AuditBlock.open(number, sealed, cipher);
      if (block != null) {
        shipped = block.chain().equals(tail.chain()) ? block.end() : TailPosition.START;
        break;
      }
    }
    lastBlock = last;
    placeKnown = true;
  }

  private TailPosition put(BlockSink current, TailEnd end) throws IOException {
    List<byte[]> items = new ArrayList<>();
    TailPosition position = shipped;
    @Nullable ChainPoint first = null;
    @Nullable ChainPoint at = null;
    int bytes = 0;
    try (TailWalk walk = new TailWalk(folder, tail.chain(), cipher, shipped, end.position())) {
      for (@Nullable TailFrame frame = walk.next();
          frame != null && bytes < blockBytes;
          frame = walk.next()) {
        if (frame.good() && !frame.preamble()) {
          ChainSegment segment = frame.segment();
          if (at != null && !segment.before().equals(at)) {
            break;
          }
          first = first == null ? segment.before() : first;
          items.addAll(segment.items());
          bytes += segment.itemBytes();
          at = segment.after();
        } else if (!frame.good()) {
          damagedFiles.add(frame.position().file());
        }
        position = frame.position();
      }
    }
    if (first != null) {
      put(
          current,
          new AuditBlock(
              tail.chain(),
              lastBlock + 1,
              clock.instant(),
              position,
              new ChainSegment(first, items)));
    }
    return position;
  }

  private void put(BlockSink current, AuditBlock block) {
    placeKnown = false;
    current.put(block.number(), block.seal(cipher));
    placeKnown = true;
    lastBlock = block.number();
  }

  private void deleteShipped() throws IOException {
    for (long file : List.copyOf(folder.sizes().headMap(shipped.file()).keySet())) {
      if (damagedFiles.remove(file)) {
        folder.setAside(file);
      } else {
        folder.delete(file);
      }
    }
  }
}
