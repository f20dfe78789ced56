package io.rekindle.chaos.history;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Takes a history down while it happens. Thread-safe. */
public final class Recorder {
  private final LongSupplier nanos;
  private final List<Operation> operations = new ArrayList<>();

  public Recorder() {
    this(System::nanoTime);
  }

  /**
   * A recorder with a clock of its own.
   *
   * @param nanos never goes back
   */
  public Recorder(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Before it is sent.
   *
   * @return the number to complete it by
   */
  public synchronized int invoke(Request request) {
    int number = operations.size();
    operations.add(
        new Operation(
            number,
            request,
            nanos.getAsLong(),
            Outcome.UNKNOWN,
            Long.MAX_VALUE,
            Answer.error("OPEN")));
    return number;
  }

  /** After it came back. An unknown outcome stays open: it may take effect at any later time. */
  public synchronized void complete(int number, Outcome outcome, Answer answer) {
    Operation open = operations.get(number);
    if (open.completedNanos() != Long.MAX_VALUE) {
      throw new IllegalStateException("operation " + number + " has been completed");
    }
    long completed = outcome == Outcome.UNKNOWN ? Long.MAX_VALUE : nanos.getAsLong();
    operations.set(
        number,
        new Operation(number, open.request(), open.invokedNanos(), outcome, completed, answer));
  }

  public synchronized int size() {
    return operations.size();
  }

  /** All that was written down so far; what is open has an unknown outcome. */
  public synchronized History history() {
    return new History(operations);
  }
}
