package io.rekindle.cli.bench;

import io.rekindle.cli.bench.report.TimelinePlot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * When operations were due, when they were answered, and what happened meanwhile. What was due
 * between two marks belongs to the phase that the first one begins. Thread-safe.
 */
final class Timeline {
  private static final String BEFORE = "before";

  private final LongSupplier nanoClock;
  private final long beginNanos;
  private final List<Ended> operations = new ArrayList<>();
  private final Map<String, Long> marks = new LinkedHashMap<>();

  private record Ended(boolean store, long dueNanos, long endNanos, boolean done) {}

  /** Takes the figures of a phase. */
  @FunctionalInterface
  interface PhaseSink {
    /**
     * Of one kind of operation in one phase.
     *
     * @param nanos of those that were done, from when they were due
     * @param failed how many were not
     */
    void add(String name, Histogram nanos, double perSecond, long failed);
  }

  Timeline() {
    this(System::nanoTime);
  }

  Timeline(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.beginNanos = nanoClock.getAsLong();
    marks.put(BEFORE, beginNanos);
  }

  synchronized void ended(boolean store, long dueNanos, boolean done) {
    operations.add(new Ended(store, dueNanos, nanoClock.getAsLong(), done));
  }

  /** Something happens now; each name once. */
  synchronized void mark(String name) {
    marks.put(name, nanoClock.getAsLong());
  }

  synchronized Duration between(String from, String to) {
    return Duration.ofNanos(marks.getOrDefault(to, 0L) - marks.getOrDefault(from, 0L));
  }

  /** The longest time without an acknowledged store. */
  synchronized Duration storeGap() {
    long[] acknowledged =
        operations.stream()
            .filter(it -> it.store() && it.done())
            .mapToLong(Ended::endNanos)
            .sorted()
            .toArray();
    long longest = 0;
    for (int i = 1; i < acknowledged.length; i++) {
      longest = Math.max(longest, acknowledged[i] - acknowledged[i - 1]);
    }
    return Duration.ofNanos(longest);
  }

  /** Stores and searches of each phase, in order. */
  synchronized void phases(PhaseSink sink) {
    List<Map.Entry<String, Long>> begins = List.copyOf(marks.entrySet());
    for (int i = 0; i < begins.size(); i++) {
      long from = begins.get(i).getValue();
      long to = i + 1 < begins.size() ? begins.get(i + 1).getValue() : nanoClock.getAsLong();
      for (boolean store : List.of(true, false)) {
        Histogram nanos = Load.histogram();
        long failed = 0;
        for (Ended it : operations) {
          if (it.store() == store && it.dueNanos() >= from && it.dueNanos() < to) {
            if (it.done()) {
              nanos.recordValue(Math.max(0, it.endNanos() - it.dueNanos()));
            } else {
              failed++;
            }
          }
        }
        String name = (store ? "stores, " : "searches, ") + begins.get(i).getKey();
        sink.add(name, nanos, nanos.getTotalCount() * 1e9 / Math.max(1, to - from), failed);
      }
    }
  }

  /**
   * Writes it as SVG: how many were answered in each second, and the 99th percentile of those that
   * were due in it.
   */
  synchronized void write(Path file, int nodes, int rate) {
    int seconds = 1 + operations.stream().mapToInt(it -> second(it.endNanos())).max().orElse(0);
    TimelinePlot plot =
        new TimelinePlot("%d nodes, one killed: %d a second asked".formatted(nodes, rate), seconds);
    for (boolean store : List.of(true, false)) {
      long[] answered = new long[seconds];
      Histogram[] due = new Histogram[seconds];
      Arrays.setAll(due, _ -> Load.histogram());
      for (Ended it : operations) {
        if (it.store() == store && it.done()) {
          answered[second(it.endNanos())]++;
          due[second(it.dueNanos())].recordValue(Math.max(0, it.endNanos() - it.dueNanos()));
        }
      }
      for (int i = 0; i < seconds; i++) {
        plot.answered(store, i, answered[i]);
        if (due[i].getTotalCount() > 0) {
          plot.due(store, i, due[i].getValueAtPercentile(99) / 1e6);
        }
      }
    }
    marks.forEach((name, at) -> plot.mark(name, (at - beginNanos) / 1e9));
    plot.write(file);
  }

  private int second(long nanos) {
    return (int) ((nanos - beginNanos) / 1_000_000_000L);
  }
}
