package io.rekindle.chaos.traffic;

import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.StoreMemoryRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
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
  private final String name;
  private final Thread thread;
  private final Map<String, Value> stored = new ConcurrentHashMap<>();
  private final AtomicLong answered = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  private SteadyClient(RekindleClient client, Tenant tenant, String name) {
    this.client = client;
    this.tenant = tenant;
    this.name = name;
    this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  /**
   * Begins; it owns the connection from here on.
   *
   * @param name of which its memories have their words; no other client's
   */
  public static SteadyClient start(RekindleClient client, Tenant tenant, String name) {
    SteadyClient started = new SteadyClient(client, tenant, name);
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
      Value value = Value.of(name + "-" + i);
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
    stored.put(id, value);
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

  /**
   * Reads everything that was acknowledged once more, when it has stopped.
   *
   * @return the ids of what is not there, or is another
   */
  public List<String> rereadAll() {
    return stored.entrySet().stream()
        .filter(it -> !isThere(it.getKey(), it.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean isThere(String id, Value value) {
    try {
      Memory read = client.memories().get(tenant.namespace(), id).execute().getMemory();
      return read.getContent().equals(value.content());
    } catch (RekindleClientException e) {
      return false;
    }
  }

  /** Ends what it is at, and the connection. */
  @Override
  public void close() {
    stop();
    client.close();
  }

  /** Ends what it is at. */
  public void stop() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
