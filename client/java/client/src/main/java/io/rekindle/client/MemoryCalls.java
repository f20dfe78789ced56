package io.rekindle.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import io.rekindle.v1.BatchDeleteMemoriesRequest;
import io.rekindle.v1.BatchDeleteMemoriesResponse;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.DeleteMemoryItem;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.DeleteMemoryResponse;
import io.rekindle.v1.DeleteMemoryResult;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.ExportMemoriesResponse;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.StoreMemoryResult;
import io.rekindle.v1.UpdateMemoryRequest;
import io.rekindle.v1.UpdateMemoryResponse;
import java.time.Duration;
import java.util.Iterator;

/** Calls about memories. Writes without an idempotency key get one. Thread-safe. */
public final class MemoryCalls {
  private final Channel channel;
  private final Duration deadline;

  MemoryCalls(Channel channel, Duration deadline) {
    this.channel = channel;
    this.deadline = deadline;
  }

  /** Stores a text as a memory with defaults for everything else. */
  public Call<StoreMemoryResponse> store(String namespace, String content) {
    return store(
        StoreMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(Memory.newBuilder().setContent(content))
            .build());
  }

  public Call<StoreMemoryResponse> store(StoreMemoryRequest request) {
    StoreMemoryRequest keyed =
        request.getIdempotencyKey().isEmpty()
            ? request.toBuilder().setIdempotencyKey(IdempotencyKeys.next()).build()
            : request;
    return Call.ofWrite(channel, MemoryServiceGrpc.getStoreMemoryMethod(), keyed, deadline);
  }

  public Call<BatchStoreMemoriesResponse> storeBatch(BatchStoreMemoriesRequest request) {
    BatchStoreMemoriesRequest.Builder keyed = request.toBuilder();
    for (StoreMemoryItem.Builder item : keyed.getMemoriesBuilderList()) {
      if (item.getIdempotencyKey().isEmpty()) {
        item.setIdempotencyKey(IdempotencyKeys.next());
      }
    }
    return Call.ofWrite(
        channel,
        MemoryServiceGrpc.getBatchStoreMemoriesMethod(),
        keyed.build(),
        deadline,
        MemoryCalls::unsure);
  }

  public Call<GetMemoryResponse> get(String namespace, String memoryId) {
    return get(GetMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(memoryId).build());
  }

  public Call<GetMemoryResponse> get(GetMemoryRequest request) {
    return Call.of(channel, MemoryServiceGrpc.getGetMemoryMethod(), request, deadline);
  }

  public Call<ListMemoriesResponse> list(ListMemoriesRequest request) {
    return Call.of(channel, MemoryServiceGrpc.getListMemoriesMethod(), request, deadline);
  }

  /** Finds the {@code topK} memories nearest in meaning to a text. */
  public Call<SearchMemoriesResponse> search(String namespace, String query, int topK) {
    return search(
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(namespace)
            .setQuery(query)
            .setTopK(topK)
            .build());
  }

  /**
   * Finds memories; waits before it looks for what {@code wait_for} names, at most three quarters
   * of the call's deadline.
   */
  public Call<SearchMemoriesResponse> search(SearchMemoriesRequest request) {
    return Call.of(channel, MemoryServiceGrpc.getSearchMemoriesMethod(), request, deadline);
  }

  public Call<UpdateMemoryResponse> update(UpdateMemoryRequest request) {
    UpdateMemoryRequest keyed =
        request.getIdempotencyKey().isEmpty()
            ? request.toBuilder().setIdempotencyKey(IdempotencyKeys.next()).build()
            : request;
    return Call.ofWrite(channel, MemoryServiceGrpc.getUpdateMemoryMethod(), keyed, deadline);
  }

  public Call<DeleteMemoryResponse> delete(String namespace, String memoryId) {
    return delete(
        DeleteMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(memoryId).build());
  }

  public Call<DeleteMemoryResponse> delete(DeleteMemoryRequest request) {
    DeleteMemoryRequest keyed =
        request.getIdempotencyKey().isEmpty()
            ? request.toBuilder().setIdempotencyKey(IdempotencyKeys.next()).build()
            : request;
    return Call.ofWrite(channel, MemoryServiceGrpc.getDeleteMemoryMethod(), keyed, deadline);
  }

  public Call<BatchDeleteMemoriesResponse> deleteBatch(BatchDeleteMemoriesRequest request) {
    BatchDeleteMemoriesRequest.Builder keyed = request.toBuilder();
    for (DeleteMemoryItem.Builder item : keyed.getMemoriesBuilderList()) {
      if (item.getIdempotencyKey().isEmpty()) {
        item.setIdempotencyKey(IdempotencyKeys.next());
      }
    }
    return Call.ofWrite(
        channel,
        MemoryServiceGrpc.getBatchDeleteMemoriesMethod(),
        keyed.build(),
        deadline,
        MemoryCalls::unsure);
  }

  /**
   * Streams everything that a list would return, newest first, as fast as it is read. Has no
   * deadline; after an error the last message's token resumes it.
   *
   * @return its methods throw {@link RekindleClientException}
   */
  public Iterator<ExportMemoriesResponse> export(ExportMemoriesRequest request) {
    Iterator<ExportMemoriesResponse> raw =
        ClientCalls.blockingServerStreamingCall(
            channel, MemoryServiceGrpc.getExportMemoriesMethod(), CallOptions.DEFAULT, request);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return raw.hasNext();
        } catch (io.grpc.StatusRuntimeException e) {
          throw RekindleClientException.of(e);
        }
      }

      @Override
      public ExportMemoriesResponse next() {
        return raw.next();
      }
    };
  }

  private static BatchStoreMemoriesResponse unsure(BatchStoreMemoriesResponse answer) {
    BatchStoreMemoriesResponse.Builder unsure = answer.toBuilder();
    unsure.getResultsBuilderList().stream()
        .filter(StoreMemoryResult.Builder::hasError)
        .forEach(it -> it.setError(Attempts.afterOpen(it.getError())));
    return unsure.build();
  }

  private static BatchDeleteMemoriesResponse unsure(BatchDeleteMemoriesResponse answer) {
    BatchDeleteMemoriesResponse.Builder unsure = answer.toBuilder();
    unsure.getResultsBuilderList().stream()
        .filter(DeleteMemoryResult.Builder::hasError)
        .forEach(it -> it.setError(Attempts.afterOpen(it.getError())));
    return unsure.build();
  }
}
