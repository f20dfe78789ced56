package io.rekindle.node.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets one of the threads that want to append do it for all who wait: whoever finds nobody leading
 * leads, takes what has queued up meanwhile, commits it as one frame (one seal, one write, one
 * sync), and wakes the others. Flat combining, as in Hendler et al., SPAA 2010; group commit, as in
 * DeWitt et al., SIGMOD 1984.
 *
 * <p>The queue is bounded by the number of threads: each waits for its own ticket.
 */
final class GroupCommit {
  /** Of the items that one frame takes beside a single large one. */
  private static final int BATCH_BYTES_MAX = 256 * 1024;

  private final Commit commit;
  private final Queue<Ticket> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean leading = new AtomicBoolean();

  /** What the leader does. */
  interface Commit {
    /** Makes all tickets durable and sets their sequence numbers, or none and throws. */
    void commit(List<Ticket> batch);
  }

  /** One append that waits. */
  static final class Ticket {
    final @Nullable AuditRecord record;
    final List<byte[]> items;
    private final Thread owner = Thread.currentThread();
    private long sequence;
    private @Nullable Throwable failure;
    private volatile boolean done;

    /**
     * An append of the calling thread.
     *
     * @param record null for a heartbeat, whose only item the leader makes
     */
    Ticket(@Nullable AuditRecord record, List<byte[]> items) {
      this.record = record;
      this.items = items;
    }

    /** Says which sequence number the first item has. */
    void at(long first) {
      sequence = first;
    }

    private int bytes() {
      return items.stream().mapToInt(item -> item.length).sum();
    }
  }

  /** A commit that failed: for each who waited, on its own stack. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failed(Throwable cause) {
      super("an append was not committed", cause);
    }
  }

  GroupCommit(Commit commit) {
    this.commit = commit;
  }

  /**
   * Returns the sequence number of the ticket's first item when it is committed. An interrupt is
   * kept for later: once queued, a record may be written.
   *
   * @throws Failed when it is not
   */
  long submit(Ticket ticket) {
    waiting.add(ticket);
    boolean interrupted = false;
    while (!ticket.done) {
      if (leading.compareAndSet(false, true)) {
        interrupted |= Thread.interrupted();
        try {
          while (!ticket.done) {
            lead();
          }
        } finally {
          leading.set(false);
          wakeNext();
        }
      } else {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (ticket.failure != null) {
      throw new Failed(ticket.failure);
    }
    return ticket.sequence;
  }

  private void lead() {
    List<Ticket> batch = new ArrayList<>();
    int bytes = 0;
    for (Ticket next = waiting.peek();
        next != null && (batch.isEmpty() || bytes + next.bytes() <= BATCH_BYTES_MAX);
        next = waiting.peek()) {
      batch.add(next);
      bytes += next.bytes();
      waiting.remove();
    }
    @Nullable Throwable failure = null;
    try {
      commit.commit(batch);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    for (Ticket ticket : batch) {
      ticket.failure = failure;
      ticket.done = true;
      if (ticket.owner != Thread.currentThread()) {
        LockSupport.unpark(ticket.owner);
      }
    }
  }

  /** Whoever queued up while we led found us leading and parked: the first of them leads next. */
  private void wakeNext() {
    @Nullable Ticket next = waiting.peek();
    if (next != null) {
      LockSupport.unpark(next.owner);
    }
  }
}
