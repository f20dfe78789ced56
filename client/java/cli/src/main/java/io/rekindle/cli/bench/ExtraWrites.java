package io.rekindle.cli.bench;

import com.google.protobuf.FieldMask;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Sentences;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResult;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Stores, changes and deletes memories beside those of a data set. Thread-safe. */
final class ExtraWrites {
  private static final int BATCH = 100;

  private final RekindleClient client;
  private final DataSet data;
  private final AtomicInteger made = new AtomicInteger();

  /** What may be changed or deleted: in no other operation's hands. */
  private final Queue<String> free = new ConcurrentLinkedQueue<>();

  ExtraWrites(RekindleClient client, DataSet data) {
    this.client = client;
    this.data = data;
  }

  /** Stores enough for deletes and changes that come before the first store is answered. */
  void storeFirst(int count) {
    for (int from = 0; from < count; from += BATCH) {
      BatchStoreMemoriesRequest.Builder batch =
          BatchStoreMemoriesRequest.newBuilder().setNamespace(data.namespace(0));
      for (int i = from; i < Math.min(from + BATCH, count); i++) {
        batch.addMemories(StoreMemoryItem.newBuilder().setMemory(next()));
      }
      for (StoreMemoryResult result :
          client.memories().storeBatch(batch.build()).execute().getResultsList()) {
        if (result.hasError()) {
          throw RekindleClientException.of(result.getError());
        }
        free.add(result.getMemory().getMemoryId());
      }
    }
  }

  CompletableFuture<?> store(long number) {
    return client
        .memories()
        .store(
            StoreMemoryRequest.newBuilder()
                .setNamespace(data.namespace(0))
                .setMemory(next())
                .build())
        .executeAsync()
        .thenAccept(response -> free.add(response.getMemory().getMemoryId()));
  }

  /** Gives a memory another content and vector. */
  CompletableFuture<?> update(long number) {
    String id = take();
    return client
        .memories()
        .update(
            UpdateMemoryRequest.newBuilder()
                .setNamespace(data.namespace(0))
                .setMemory(next().setMemoryId(id))
                .setUpdateMask(FieldMask.newBuilder().addPaths("content").addPaths("vector"))
                .build())
        .executeAsync()
        .thenAccept(_ -> free.add(id));
  }

  CompletableFuture<?> delete(long number) {
    return client.memories().delete(data.namespace(0), take()).executeAsync();
  }

  private String take() {
    String id = free.poll();
    if (id == null) {
      throw new CommandFailedException(
          "no memory is left to change or delete: the node stores more slowly than that");
    }
    return id;
  }

  /** Near what is searched for, so that searches meet it. */
  private Memory.Builder next() {
    int number = made.getAndIncrement();
    Memory.Builder memory =
        Memory.newBuilder().setContent(Sentences.embedded(number)).addTags(ExtraMemories.TAG);
    for (float value : data.source().query(number)) {
      memory.addVector(value);
    }
    return memory;
  }
}
