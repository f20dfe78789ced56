package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/** Runs one operation from several threads, each as fast as it is answered. */
final class Load {
  private Load() {}

  /** The times of all operations, and how many there were in a second. */
  record Measured(Histogram nanos, double perSecond) {}

  /** An operation; the number counts up within a thread. */
  @FunctionalInterface
  interface Operation {
    void run(int thread, int number) throws Exception;
  }

  static Measured run(int threads, Duration time, Operation operation) throws InterruptedException {
    long start = System.nanoTime();
    long end = start + time.toNanos();
    return measured(threads, start, thread -> repeat(thread, end, operation));
  }

  /** As {@link #run}, but until all threads together have done a number of operations. */
  static Measured count(int threads, int operations, Operation operation)
      throws InterruptedException {
    long start = System.nanoTime();
    AtomicInteger next = new AtomicInteger();
    return measured(
        threads,
        start,
        thread -> {
          Histogram nanos = histogram();
          for (int n = next.getAndIncrement(); n < operations; n = next.getAndIncrement()) {
            time(nanos, operation, thread, n);
          }
          return nanos;
        });
  }

  /** What one thread does. */
  @FunctionalInterface
  private interface Part {
    Histogram run(int thread) throws Exception;
  }

  private static Measured measured(int threads, long start, Part part) throws InterruptedException {
    List<Future<Histogram>> parts = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int thread = t;
        parts.add(executor.submit(() -> part.run(thread)));
      }
      Histogram all = histogram();
      for (Future<Histogram> each : parts) {
        all.add(each.get());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Measured(all, all.getTotalCount() / seconds);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CommandFailedException("an operation failed", e);
    }
  }

  private static void time(Histogram nanos, Operation operation, int thread, int number)
      throws Exception {
    long start = System.nanoTime();
    operation.run(thread, number);
    nanos.recordValue(System.nanoTime() - start);
  }

  private static Histogram repeat(int thread, long end, Operation operation) throws Exception {
    Histogram nanos = histogram();
    for (int number = 0; System.nanoTime() < end; number++) {
      time(nanos, operation, thread, number);
    }
    return nanos;
  }

  static Histogram histogram() {
    return new Histogram(3);
  }
}
