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
 * Sums failed authentications per (address, reason, second), so that a flood of bad credentials
 * costs a map entry each, and the log a bounded number of records per second. Thread-safe.
 *
 * <p>Pairs beyond the bound share one sum per second. Seconds that can't be written yet wait; the
 * oldest are merged when a minute of them waits, so memory is bounded and no count is lost.
 */
final class FailureCounts {
  static final String OTHER = "other";

  private static final int SECONDS_MAX = 60;

  private final int pairsMax;
  private final InstantSource clock;
  private final Deque<Second> seconds = new ArrayDeque<>();

  FailureCounts(int pairsMax, InstantSource clock) {
    this.pairsMax = pairsMax;
    this.clock = clock;
  }

  private record Pair(String address, String reason) {}

  private record Second(long epochSecond, Map<Pair, Long> sums) {
    void add(Pair pair, long count, int pairsMax) {
      Pair counted =
          sums.containsKey(pair) || sums.size() < pairsMax ? pair : new Pair(OTHER, OTHER);
      sums.merge(counted, count, Long::sum);
    }
  }

  synchronized void add(String peer, String reason) {
    long now = clock.instant().getEpochSecond();
    @Nullable Second current = seconds.peekLast();
    if (current == null || current.epochSecond != now) {
      current = new Second(now, new LinkedHashMap<>());
      seconds.addLast(current);
      mergeOldest();
    }
    current.add(new Pair(address(peer), reason), 1, pairsMax);
  }

  private void mergeOldest() {
    if (seconds.size() > SECONDS_MAX) {
      Second oldest = seconds.removeFirst();
      Second next = seconds.getFirst();
      oldest.sums.forEach((pair, count) -> next.add(pair, count, pairsMax));
    }
  }

  /**
   * Takes the sums of the oldest second that is over as records.
   *
   * @param all takes the running second, too
   * @return empty when there is none
   */
  synchronized List<AuditRecord> take(boolean all) {
    @Nullable Second oldest = seconds.peekFirst();
    if (oldest == null || (!all && oldest.epochSecond >= clock.instant().getEpochSecond())) {
      return List.of();
    }
    seconds.removeFirst();
    List<AuditRecord> records = new ArrayList<>();
    oldest.sums.forEach((pair, count) -> records.add(record(oldest.epochSecond, pair, count)));
    return records;
  }

  /** Gives a sum back that could not be written. */
  synchronized void giveBack(AuditRecord record) {
    long second = record.time().getEpochSecond();
    @Nullable Second oldest = seconds.peekFirst();
    if (oldest == null || oldest.epochSecond > second) {
      oldest = new Second(second, new LinkedHashMap<>());
      seconds.addFirst(oldest);
    }
    oldest.add(new Pair(record.peer(), record.decision()), record.memoryCount(), pairsMax);
    mergeOldest();
  }

  private static AuditRecord record(long second, Pair pair, long count) {
    return new AuditRecord(
        Instant.ofEpochSecond(second),
        AuditRecord.Kind.AUTHENTICATION_FAILURES,
        RequestId.random(),
        null,
        null,
        "authenticate",
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
