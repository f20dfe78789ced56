package io.rekindle.cli.bench;

import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.BatchDeleteMemoriesRequest;
import io.rekindle.v1.DeleteMemoryItem;
import io.rekindle.v1.DeleteMemoryResult;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;

/** Memories that a benchmark stored beside a prepared set, and takes away again. */
final class ExtraMemories {
  static final String TAG = "bench-extra";
  private static final int PAGE = 1_000;

  private ExtraMemories() {}

  /** Deletes all of a namespace, those of a run that was cut short among them. */
  static void deleteAll(RekindleClient client, String namespace) {
    while (true) {
      ListMemoriesResponse page =
          Retry.whileNotReady(
              () ->
                  client
                      .memories()
                      .list(
                          ListMemoriesRequest.newBuilder()
                              .addNamespaces(namespace)
                              .setFilter("tags:\"" + TAG + "\"")
                              .setPageSize(PAGE)
                              .build())
                      .execute());
      if (page.getMemoriesCount() == 0 && page.getNextPageToken().isEmpty()) {
        return;
      }
      if (page.getMemoriesCount() > 0) {
        delete(client, namespace, page);
      }
    }
  }

  private static void delete(RekindleClient client, String namespace, ListMemoriesResponse page) {
    BatchDeleteMemoriesRequest.Builder batch =
        BatchDeleteMemoriesRequest.newBuilder().setNamespace(namespace);
    for (Memory memory : page.getMemoriesList()) {
      batch.addMemories(DeleteMemoryItem.newBuilder().setMemoryId(memory.getMemoryId()));
    }
    for (DeleteMemoryResult result :
        client.memories().deleteBatch(batch.build()).execute().getResultsList()) {
      if (result.hasError()) {
        throw RekindleClientException.of(result.getError());
      }
    }
  }
}
