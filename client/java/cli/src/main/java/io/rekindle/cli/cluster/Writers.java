package io.rekindle.cli.cluster;

import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stores without a pause, each writer into a namespace of its own, and keeps what was acknowledged.
 * What was not acknowledged may have been stored or not; it is counted, and nothing is expected of
 * it.
 */
final class Writers implements AutoCloseable {
  private final RekindleClient client;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Stored> acknowledged = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicLong longestGapNanos = new AtomicLong();
  private volatile boolean ended;

  /** A memory that a node said it has. */
  record Stored(String namespace, String memoryId, String content) {}

  Writers(RekindleClient client) {
    this.client = client;
  }

  void start(List<String> namespaces) {
    for (String namespace : namespaces) {
      threads.add(Thread.ofPlatform().name("writer").daemon().start(() -> write(namespace)));
    }
  }

  private void write(String namespace) {
    long last = System.nanoTime();
    for (int i = 1; !ended; i++) {
      String content = "memory %d of %s".formatted(i, namespace);
      try {
        var answer = client.memories().store(namespace, content).execute();
        acknowledged.add(new Stored(namespace, answer.getMemory().getMemoryId(), content));
        long now = System.nanoTime();
        long gap = now - last;
        longestGapNanos.accumulateAndGet(gap, Math::max);
        last = now;
      } catch (RekindleClientException e) {
        refused.incrementAndGet();
      }
    }
  }

  /** The longest time that a writer waited from one acknowledgement to the next. */
  Duration longestGap() {
    return Duration.ofNanos(longestGapNanos.get());
  }

  /** Forgets the longest gap so far: what follows is another time. */
  Duration takeLongestGap() {
    return Duration.ofNanos(longestGapNanos.getAndSet(0));
  }

  int refused() {
    return refused.get();
  }

  List<Stored> acknowledged() {
    return List.copyOf(acknowledged);
  }

  @Override
  public void close() {
    end();
  }

  /** Ends the writers, and waits for what they have begun. */
  void end() {
    ended = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
