package io.rekindle.chaos.report;

import io.rekindle.chaos.fault.FaultEvent;
import io.rekindle.chaos.history.History;
import io.rekindle.chaos.history.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a fault did to writes, of all clients together.
 *
 * @param atSeconds when the fault struck, from the begin of the run
 * @param gapSeconds the longest time without an acknowledged write, from the last one before the
 *     strike until all was whole again
 * @param recoverySeconds from the moment that the fault was taken away until the next one
 */
public record Recovery(String fault, double atSeconds, double gapSeconds, double recoverySeconds) {
  private static final double NANOS = 1e9;

  /** One for each fault that a write followed. */
  public static List<Recovery> of(History history, List<FaultEvent> events, long begunNanos) {
    long[] writes =
        history.stream()
            .filter(it -> it.acknowledged() && !it.kind().reads())
            .mapToLong(Operation::completedNanos)
            .sorted()
            .toArray();
    List<Recovery> all = new ArrayList<>();
    for (FaultEvent event : events) {
      OptionalLong next = Arrays.stream(writes).filter(it -> it > event.mendedNanos()).findFirst();
      next.ifPresent(
          it ->
              all.add(
                  new Recovery(
                      event.name(),
                      (event.brokenNanos() - begunNanos) / NANOS,
                      gap(writes, event) / NANOS,
                      (it - event.mendedNanos()) / NANOS)));
    }
    return all;
  }

  private static long gap(long[] writes, FaultEvent event) {
    long gap = 0;
    for (int i = 1; i < writes.length; i++) {
      if (writes[i] > event.brokenNanos() && writes[i - 1] < event.readyNanos()) {
        gap = Math.max(gap, writes[i] - writes[i - 1]);
      }
    }
    return gap;
  }
}
