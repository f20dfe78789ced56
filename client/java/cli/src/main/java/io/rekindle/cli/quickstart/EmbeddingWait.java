package io.rekindle.cli.quickstart;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import java.time.Duration;

/** Waits until a namespace has nothing pending. */
public final class EmbeddingWait {
  private static final long POLL_MILLIS = 200;
  private static final int PAGE = 1_000;

  private EmbeddingWait() {}

  /** Polls the pending memories, with a bar on the terminal. */
  public static void of(RekindleClient client, String namespace, Duration max)
      throws InterruptedException {
    long end = System.nanoTime() + max.toNanos();
    long first = pending(client, namespace);
    try (Progress progress = new Progress("embedding " + namespace, first, true)) {
      for (long left = first; left > 0; left = pending(client, namespace)) {
        if (System.nanoTime() > end) {
          throw new CommandFailedException("memories are still waiting for their embedding");
        }
        progress.advanceTo(first - left);
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private static long pending(RekindleClient client, String namespace) {
    long count = 0;
    String page = "";
    do {
      ListMemoriesResponse answer =
          client
              .memories()
              .list(
                  ListMemoriesRequest.newBuilder()
                      .addNamespaces(namespace)
                      .setFilter("embedding_status = \"pending\"")
                      .setPageSize(PAGE)
                      .setPageToken(page)
                      .build())
              .execute();
      count += answer.getMemoriesCount();
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return count;
  }
}
