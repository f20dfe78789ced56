package io.rekindle.cli.bench;

import io.rekindle.client.RekindleClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Operations of several kinds at a steady rate, each kind on a thread of its own, until it is
 * closed; a timeline takes what becomes of them, failures too.
 */
final class ClusterTraffic implements AutoCloseable {
  private static final int SECONDS_MAX = 3_600;

  private final List<Thread> loops = new ArrayList<>();
  private volatile boolean ended;
  private volatile @Nullable RuntimeException failure;

  private ClusterTraffic() {}

  /** One kind of operation; its numbers count up. */
  @FunctionalInterface
  interface Kind {
    CompletableFuture<?> start(RekindleClient client, long number);
  }

  /** The first kind are stores, the others searches. */
  static ClusterTraffic start(
      Timeline timeline, int rate, List<Kind> kinds, RekindleClient client) {
    ClusterTraffic traffic = new ClusterTraffic();
    for (int i = 0; i < kinds.size(); i++) {
      Kind kind = kinds.get(i);
      boolean store = i == 0;
      traffic.loops.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> traffic.flow(timeline, rate, kind, store, client)));
    }
    return traffic;
  }

  private void flow(Timeline timeline, int rate, Kind kind, boolean store, RekindleClient client) {
    OpenLoop.Schedule schedule = new OpenLoop.Schedule(rate, SECONDS_MAX);
    long start = System.nanoTime();
    try {
      var _ =
          new OpenLoop(OpenLoop.Clock.system())
              .run(
                  schedule,
                  () -> !ended,
                  number -> {
                    long due = start + schedule.dueNanos(number);
                    return kind.start(client, number)
                        .handle(
                            (_, error) -> {
                              timeline.ended(store, due, error == null);
                              return error;
                            });
                  });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** Starts no more, and waits for what is under way. */
  @Override
  public void close() {
    ended = true;
    try {
      for (Thread loop : loops) {
        loop.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }
}
