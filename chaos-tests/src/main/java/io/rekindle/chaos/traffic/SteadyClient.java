package io.rekindle.chaos.traffic;

import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.StoreMemoryRequest;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stores, reads what it stored, and finds it by its word, again and again until it is closed; it
 * repeats nothing by itself, beyond what the connection does. Thread-safe.
 */
public final class SteadyClient implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final RekindleClient client;
  private final Tenant tenant;
  private final int number;
  private final Thread thread;
  private final AtomicLong answered = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  private SteadyClient(RekindleClient client, Tenant tenant, int number) {
    this.client = client;
    this.tenant = tenant;
    this.number = number;
    this.thread = Thread.ofPlatform().name("steady-" + number).unstarted(this::run);
  }

  /** It owns the connection from here on. */
  public static SteadyClient start(RekindleClient client, Tenant tenant, int number) {
    SteadyClient started = new SteadyClient(client, tenant, number);
    started.thread.start();
    return started;
  }

  /** How many of its requests were answered as they should be. */
  public long answered() {
    return answered.get();
  }

  /** What was answered otherwise. */
  public Queue<String> failures() {
    return failures;
  }

  private void run() {
    for (int i = 0; !ended; i++) {
      Value value = Value.of("steady-%d-%d".formatted(number, i));
      try {
        round(value);
      } catch (RekindleClientException e) {
        failures.add("%s: %s %s".formatted(value.word(), e.reason(), e.getMessage()));
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void round(Value value) {
    String id =
        client
            .memories()
            .store(
                StoreMemoryRequest.newBuilder()
                    .setNamespace(tenant.namespace())
                    .setMemory(Messages.memory(value))
                    .build())
            .execute()
            .getMemory()
            .getMemoryId();
    answered.incrementAndGet();
    Memory read = client.memories().get(tenant.namespace(), id).execute().getMemory();
    expect(value, "read", read.getContent().equals(value.content()));
    SearchMemoriesResponse found =
        client
            .memories()
            .search(
                SearchMemoriesRequest.newBuilder()
                    .addNamespaces(tenant.namespace())
                    .setQuery(value.word())
                    .setMode(SearchMode.SEARCH_MODE_WORDS)
                    .setTopK(1)
                    .build())
            .execute();
    expect(
        value,
        "found",
        found.getPartial()
            || found.getHitsList().stream()
                .anyMatch(hit -> hit.getMemory().getMemoryId().equals(id)));
  }

  private void expect(Value value, String what, boolean done) {
    if (done) {
      answered.incrementAndGet();
    } else {
      failures.add(value.word() + " was not " + what);
    }
  }

  /** Ends what it is at, and the connection. */
  @Override
  public void close() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
