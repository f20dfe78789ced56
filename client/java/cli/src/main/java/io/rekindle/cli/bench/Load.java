package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    List<Future<Histogram>> parts = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int thread = t;
        parts.add(executor.submit(() -> repeat(thread, end, operation)));
      }
      Histogram all = histogram();
      for (Future<Histogram> part : parts) {
        all.add(part.get());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Measured(all, all.getTotalCount() / seconds);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CommandFailedException("an operation failed", e);
    }
  }

  private static Histogram repeat(int thread, long end, Operation operation) throws Exception {
    Histogram nanos = histogram();
    for (int number = 0; System.nanoTime() < end; number++) {
      long start = System.nanoTime();
      operation.run(thread, number);
      nanos.recordValue(System.nanoTime() - start);
    }
    return nanos;
  }

  static Histogram histogram() {
    return new Histogram(3);
  }
}
