package io.rekindle.node.storage.memory;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;

/**
 * Keeps the writes to a namespace apart from its delete: the name goes when no write is in flight,
 * and none begins afterwards, however long ago its request found the namespace.
 *
 * <p>A write holds its namespace's lock shared, a delete holds it alone for as long as it decides;
 * neither passes a waiting delete, so deletes do not starve. The first write after a start looks up
 * whether the namespace exists; the answer is kept for the next ones, which then cost a map's
 * lookup and a compare-and-set. An entry may be dropped at any time when nobody holds it: the next
 * write looks again. So nothing has to be remembered about what was deleted.
 *
 * <p>The locks are this process's. Before the name goes, a delete marks the namespace as closing
 * for all nodes, and each of them lets its writes end ({@link #drain}) and looks again for the next
 * one: {@code ClosingNamespaces}. Thread-safe.
 */
public final class OpenNamespaces {
  private static final int KNOWN_MAX = 20_000;

  /** Longer than a delete may take to decide, so that no write is refused for its sake. */
  private static final Duration WRITE_WAIT_MAX = Duration.ofSeconds(30);

  /** Between two looks whether a delete on another node is decided. */
  private static final Duration CLOSING_PAUSE = Duration.ofMillis(10);

  private final NamespacesById namespaces;
  private final int knownMax;
  private final Duration deleteWaitMax;
  private final Map<NamespaceId, Entry> known = new ConcurrentHashMap<>();

  public OpenNamespaces(NamespacesById namespaces) {
    this(namespaces, KNOWN_MAX, Duration.ofSeconds(10));
  }

  OpenNamespaces(NamespacesById namespaces, int knownMax, Duration deleteWaitMax) {
    this.namespaces = namespaces;
    this.knownMax = knownMax;
    this.deleteWaitMax = deleteWaitMax;
  }

  private static final class Entry {
    final StampedLock lock = new StampedLock();

    /** That the namespace exists, found out under the lock. */
    volatile boolean exists;

    /** Set under the lock held alone: whoever waited for it takes the next entry. */
    volatile boolean dropped;
  }

  /** A write under way; to be closed by it. */
  public static final class Write implements AutoCloseable {
    private final StampedLock lock;
    private final long stamp;

    private Write(StampedLock lock, long stamp) {
      this.lock = lock;
      this.stamp = stamp;
    }

    @Override
    public void close() {
      lock.unlockRead(stamp);
    }
  }

  /**
   * Begins a write, before its transaction and before anything is sealed; one thread writes to one
   * namespace at a time.
   *
   * @throws RekindleException NAMESPACE_NOT_FOUND when the namespace was deleted; NOT_READY
   */
  public Write write(Namespace namespace) {
    long end = System.nanoTime() + WRITE_WAIT_MAX.toNanos();
    while (true) {
      Entry entry = entry(namespace.id());
      long stamp = await(entry.lock::tryReadLock, WRITE_WAIT_MAX);
      boolean begun = false;
      try {
        if (!entry.dropped && isOpen(entry, namespace)) {
          begun = true;
          return new Write(entry.lock, stamp);
        }
      } finally {
        if (!begun) {
          entry.lock.unlockRead(stamp);
        }
      }
      if (!entry.dropped) {
        pauseUntil(end);
      }
    }
  }

  /** Without a lock, so that the delete that closes the namespace gets it. */
  private static void pauseUntil(long end) {
    try {
      if (System.nanoTime() < end) {
        Thread.sleep(CLOSING_PAUSE);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw waitedTooLong();
  }

  /**
   * Runs the decision to delete while nobody writes. When it returns, the namespace is closed for
   * good; when it throws, the namespace is what the disk says.
   *
   * @throws RekindleException NOT_READY when writes in flight do not end within ten seconds
   */
  public void delete(Namespace namespace, Runnable decision) {
    boolean decided = false;
    while (!decided) {
      Entry entry = entry(namespace.id());
      long stamp = await(entry.lock::tryWriteLock, deleteWaitMax);
      try {
        if (!entry.dropped) {
          decided = true;
          decision.run();
        }
      } finally {
        // Also when the decision failed: its transaction may have been committed all the same.
        drop(namespace.id(), entry);
        entry.lock.unlockWrite(stamp);
      }
    }
  }

  /**
   * Waits until the writes to a namespace have ended; the next one looks whether it exists.
   *
   * @throws RekindleException NOT_READY when they do not end within ten seconds
   */
  public void drain(NamespaceId id) {
    boolean drained = false;
    while (!drained) {
      Entry entry = entry(id);
      long stamp = await(entry.lock::tryWriteLock, deleteWaitMax);
      drained = !entry.dropped;
      drop(id, entry);
      entry.lock.unlockWrite(stamp);
    }
  }

  /** How many namespaces are known to exist, at most 20,000. */
  int known() {
    return known.size();
  }

  private Entry entry(NamespaceId id) {
    Entry entry = known.get(id);
    if (entry != null) {
      return entry;
    }
    makeRoom();
    return known.computeIfAbsent(id, _ -> new Entry());
  }

  /** Any entry that nobody holds may go: it costs one lookup to have it back. */
  private void makeRoom() {
    Iterator<Map.Entry<NamespaceId, Entry>> any = known.entrySet().iterator();
    while (known.size() >= knownMax && any.hasNext()) {
      Map.Entry<NamespaceId, Entry> next = any.next();
      Entry entry = next.getValue();
      long stamp = entry.lock.tryWriteLock();
      if (stamp != 0) {
        drop(next.getKey(), entry);
        entry.lock.unlockWrite(stamp);
      }
    }
  }

  /** With the lock held alone: whoever comes later looks again. */
  private void drop(NamespaceId id, Entry entry) {
    entry.dropped = true;
    known.remove(id, entry);
  }

  /**
   * Whether a write may begin; false while a delete is being decided. That comes first: where no
   * delete was begun before, this write's lock keeps it waiting; where one is over, its name is
   * gone.
   */
  private boolean isOpen(Entry entry, Namespace namespace) {
    if (entry.exists) {
      return true;
    }
    if (namespaces.isClosing(namespace)) {
      return false;
    }
    if (namespaces.find(namespace.id()) == null) {
      throw new RekindleException(
          ErrorCode.NAMESPACE_NOT_FOUND,
          "there is no such namespace",
          Map.of("namespace", namespace.path().toString()));
    }
    entry.exists = true;
    return true;
  }

  @FunctionalInterface
  private interface TimedLock {
    long tryLock(long time, TimeUnit unit) throws InterruptedException;
  }

  private static long await(TimedLock lock, Duration waitMax) {
    try {
      long stamp = lock.tryLock(waitMax.toMillis(), TimeUnit.MILLISECONDS);
      if (stamp != 0) {
        return stamp;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw waitedTooLong();
  }

  private static RekindleException waitedTooLong() {
    return new RekindleException(
        ErrorCode.NOT_READY, "a delete of the namespace and a write wait too long, try again");
  }
}
