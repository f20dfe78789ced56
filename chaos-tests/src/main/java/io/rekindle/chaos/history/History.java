package io.rekindle.chaos.history;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** All operations of a run, in the order of asking. Immutable. */
public record History(List<Operation> operations) {
  public History {
    operations = List.copyOf(operations);
  }

  public Stream<Operation> stream() {
    return operations.stream();
  }

  public Stream<Operation> reads() {
    return stream().filter(it -> it.kind().reads() && it.acknowledged());
  }

  /** Those of the last read, by how they ended. */
  public Stream<Operation> lastReads() {
    return stream().filter(it -> it.request().phase() == Phase.LAST_READ);
  }

  /** Leaves it as text, for whoever looks into a run that failed. */
  public void write(Path file) throws IOException {
    Files.write(file, stream().map(this::line).toList());
  }

  private String line(Operation it) {
    return "%d..%d us %s wrote %s saw %s"
        .formatted(
            micros(it.invokedNanos()),
            micros(it.completedNanos()),
            it,
            it.request().written(),
            it.answer().observed());
  }

  private long micros(long nanos) {
    return (nanos - operations.getFirst().invokedNanos()) / 1_000;
  }
}
