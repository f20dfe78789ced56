package io.rekindle.node.audit;

import io.rekindle.node.model.RequestId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sums what was refused before its caller was known, per (address, reason, second), so that a flood
 * costs a map entry each, and the log a bounded number of records per second. Thread-safe.
 *
 * <p>The first refusal of each (address, reason, second) is a record of its own, written at once;
 * the rest of the second follows as one sum when the second is over. A kill -9 therefore loses how
 * often something was refused in the last second, but not that it was, unless it comes while that
 * first record is being written: the others do not wait for it. Of the records of one pair and
 * second the counts add up.
 *
 * <p>Pairs beyond the bound share one sum per second: with a bound of n a second leaves at most 2(n
 * + 1) records, and at most n + 1 of its refusals wait for the disk. Seconds that can't be written
 * yet wait; the oldest are merged when a minute of them waits, so memory is bounded and no count is
 * lost.
 */
final class RefusalCounts {
  static final String OTHER = "other";

  private static final int SECONDS_MAX = 60;

  private final int pairsMax;
  private final InstantSource clock;
  private final Deque<Second> seconds = new ArrayDeque<>();

  RefusalCounts(int pairsMax, InstantSource clock) {
    this.pairsMax = pairsMax;
    this.clock = clock;
  }

  private record Pair(String address, String reason) {}

  /** What of one pair waits to be written, and whether some of it was. */
  private static final class Sum {
    long waiting;
    boolean begun;

    AuditRecord take(long epochSecond, Pair pair) {
      AuditRecord taken = record(epochSecond, pair, waiting);
      waiting = 0;
      begun = true;
      return taken;
    }
  }

  private record Second(long epochSecond, Map<Pair, Sum> sums) {
    Pair counted(Pair pair, int pairsMax) {
      return sums.containsKey(pair) || sums.size() < pairsMax ? pair : new Pair(OTHER, OTHER);
    }

    Sum sum(Pair counted) {
      return sums.computeIfAbsent(counted, _ -> new Sum());
    }

    List<AuditRecord> take(boolean firstOnly) {
      List<AuditRecord> records = new ArrayList<>();
      sums.forEach(
          (pair, sum) -> {
            if (sum.waiting > 0 && !(firstOnly && sum.begun)) {
              records.add(sum.take(epochSecond, pair));
            }
          });
      return records;
    }

    void merge(Pair pair, long count, int pairsMax) {
      sum(counted(pair, pairsMax)).waiting += count;
    }
  }

  /**
   * Counts a refusal, for a caller who can wait for the disk.
   *
   * @return the record to write before anything is answered; null when this is not the first
   */
  synchronized @Nullable AuditRecord first(String peer, String reason) {
    Second current = current();
    Pair pair = current.counted(new Pair(address(peer), reason), pairsMax);
    Sum sum = current.sum(pair);
    sum.waiting++;
    return sum.begun ? null : sum.take(current.epochSecond, pair);
  }

  /**
   * Counts a refusal, for a caller who can't wait.
   *
   * @return whether {@link #takeFirst} has something to write now
   */
  synchronized boolean add(String peer, String reason) {
    Second current = current();
    Sum sum = current.sum(current.counted(new Pair(address(peer), reason), pairsMax));
    sum.waiting++;
    return !sum.begun;
  }

  private Second current() {
    long now = clock.instant().getEpochSecond();
    @Nullable Second current = seconds.peekLast();
    if (current == null || current.epochSecond != now) {
      current = new Second(now, new LinkedHashMap<>());
      seconds.addLast(current);
      mergeOldest();
    }
    return current;
  }

  private void mergeOldest() {
    if (seconds.size() > SECONDS_MAX) {
      Second oldest = seconds.removeFirst();
      Second next = seconds.getFirst();
      oldest.sums.forEach((pair, sum) -> next.merge(pair, sum.waiting, pairsMax));
    }
  }

  /** Takes the pairs of the running second of which nothing was written yet as records. */
  synchronized List<AuditRecord> takeFirst() {
    @Nullable Second running = seconds.peekLast();
    return running == null ? List.of() : running.take(true);
  }

  /**
   * Takes the sums of the oldest second that is over as records.
   *
   * @param all takes the running second, too
   * @return null when there is no such second; else what of it waits, which may be nothing
   */
  synchronized @Nullable List<AuditRecord> take(boolean all) {
    @Nullable Second oldest = seconds.peekFirst();
    if (oldest == null || (!all && oldest.epochSecond >= clock.instant().getEpochSecond())) {
      return null;
    }
    seconds.removeFirst();
    return oldest.take(false);
  }

  /** Gives a sum back that could not be written. */
  synchronized void giveBack(AuditRecord record) {
    long second = record.time().getEpochSecond();
    @Nullable Second into = null;
    for (Second known : seconds) {
      into = known.epochSecond == second ? known : into;
    }
    if (into == null) {
      into = new Second(second, new LinkedHashMap<>());
      seconds.addFirst(into);
    }
    into.merge(new Pair(record.peer(), record.decision()), record.memoryCount(), pairsMax);
    mergeOldest();
  }

  private static AuditRecord record(long second, Pair pair, long count) {
    return new AuditRecord(
        Instant.ofEpochSecond(second),
        AuditRecord.Kind.REFUSALS,
        RequestId.random(),
        null,
        null,
        "request.admit",
        List.of(),
        List.of(),
        count,
        null,
        pair.reason,
        "",
        pair.address,
        0);
  }

  /** The peer without its port, which would make every attempt a pair of its own. */
  static String address(String peer) {
    int bracket = peer.indexOf(']');
    if (peer.startsWith("[") && bracket > 0) {
      return peer.substring(1, bracket);
    }
    int colon = peer.indexOf(':');
    return colon >= 0 && colon == peer.lastIndexOf(':') ? peer.substring(0, colon) : peer;
  }
}
