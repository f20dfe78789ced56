package io.rekindle.chaos.report;

import io.rekindle.chaos.fault.FaultEvent;
import io.rekindle.chaos.history.History;
import io.rekindle.chaos.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * How long it took after a fault until a write was acknowledged again, to any client.
 *
 * @param atSeconds when the fault struck, from the begin of the run
 * @param awaySeconds from there to the write, the fault itself included
 * @param recoverySeconds from the moment that the fault was taken away
 */
public record Recovery(String fault, double atSeconds, double awaySeconds, double recoverySeconds) {
  private static final double NANOS = 1e9;

  /** One for each fault that a write followed. */
  public static List<Recovery> of(History history, List<FaultEvent> events, long begunNanos) {
    List<Recovery> all = new ArrayList<>();
    for (FaultEvent event : events) {
      OptionalLong written =
          history.stream()
              .filter(it -> it.acknowledged() && !it.kind().reads())
              .mapToLong(Operation::completedNanos)
              .filter(it -> it > event.mendedNanos())
              .min();
      written.ifPresent(
          it ->
              all.add(
                  new Recovery(
                      event.name(),
                      (event.brokenNanos() - begunNanos) / NANOS,
                      (it - event.brokenNanos()) / NANOS,
                      (it - event.mendedNanos()) / NANOS)));
    }
    return all;
  }
}
