package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks again and again which memories of a namespace wait for their embedding, until it is closed.
 *
 * <p>One list tells of all memories, so that looking costs the same at any rate of stores. What a
 * list does not show as waiting has its vector in the index: status and vector are one commit.
 */
final class WaitingMemories implements AutoCloseable {
  private static final String FILTER =
      "embedding_status = \"pending\" OR embedding_status = \"failed\"";
  private static final int PAGE = 1_000;

  private final RekindleClient client;
  private final String namespace;
  private final Arrivals arrivals;
  private final long pauseMillis;
  private final Thread looker;
  private volatile boolean closed;
  private volatile @Nullable RuntimeException failure;

  WaitingMemories(RekindleClient client, String namespace, Arrivals arrivals, long pauseMillis) {
    this.client = client;
    this.namespace = namespace;
    this.arrivals = arrivals;
    this.pauseMillis = pauseMillis;
    this.looker = Thread.ofPlatform().name("waiting-memories").daemon().start(this::look);
  }

  private void look() {
    try {
      while (!closed) {
        long asked = System.nanoTime();
        Set<String> waiting = list();
        long answered = System.nanoTime();
        arrivals.looked(asked, answered, waiting);
        // A long list takes its time; looking takes no more than half of all.
        Retry.pause(Math.max(pauseMillis, (answered - asked) / 1_000_000));
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private Set<String> list() {
    Set<String> ids = new HashSet<>();
    ListMemoriesRequest.Builder request =
        ListMemoriesRequest.newBuilder()
            .addNamespaces(namespace)
            .setFilter(FILTER)
            .setPageSize(PAGE);
    do {
      ListMemoriesResponse page = client.memories().list(request.build()).execute();
      page.getMemoriesList().stream().map(Memory::getMemoryId).forEach(ids::add);
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    return ids;
  }

  /** Fails when looking failed, so that nobody waits for what is not seen. */
  void requireLooking() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      looker.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted", e);
    }
  }
}
