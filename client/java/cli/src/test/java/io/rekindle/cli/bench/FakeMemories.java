package io.rekindle.cli.bench;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.rekindle.v1.BatchDeleteMemoriesRequest;
import io.rekindle.v1.BatchDeleteMemoriesResponse;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.DeleteMemoryItem;
import io.rekindle.v1.DeleteMemoryResult;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps memories in a map, and refuses ids that it has, as a node does. */
final class FakeMemories extends MemoryServiceGrpc.MemoryServiceImplBase {
  /** By namespace and id, in one text. */
  final Map<String, Memory> stored = new ConcurrentHashMap<>();

  final AtomicInteger batches = new AtomicInteger();
  volatile int batchesMax = Integer.MAX_VALUE;

  @Override
  public void batchStoreMemories(
      BatchStoreMemoriesRequest request, StreamObserver<BatchStoreMemoriesResponse> observer) {
    if (batches.incrementAndGet() > batchesMax) {
      observer.onError(new StatusRuntimeException(Status.INTERNAL));
      return;
    }
    BatchStoreMemoriesResponse.Builder answer = BatchStoreMemoriesResponse.newBuilder();
    for (StoreMemoryItem item : request.getMemoriesList()) {
      Memory memory = item.getMemory();
      Memory before = stored.putIfAbsent(key(request.getNamespace(), memory), memory);
      answer.addResults(
          before == null
              ? StoreMemoryResult.newBuilder().setMemory(memory).build()
              : StoreMemoryResult.newBuilder().setError(exists()).build());
    }
    answer(observer, answer.build());
  }

  @Override
  public void getMemory(GetMemoryRequest request, StreamObserver<GetMemoryResponse> observer) {
    Memory found = stored.get(request.getNamespace() + " " + request.getMemoryId());
    if (found == null) {
      observer.onError(new StatusRuntimeException(Status.NOT_FOUND));
    } else {
      answer(observer, GetMemoryResponse.newBuilder().setMemory(found).build());
    }
  }

  /** Knows one filter: that of memories beside a data set. */
  @Override
  public void listMemories(
      ListMemoriesRequest request, StreamObserver<ListMemoriesResponse> observer) {
    List<Memory> found =
        stored.values().stream()
            .filter(memory -> memory.getTagsList().contains(ExtraMemories.TAG))
            .limit(3)
            .toList();
    answer(observer, ListMemoriesResponse.newBuilder().addAllMemories(found).build());
  }

  @Override
  public void batchDeleteMemories(
      BatchDeleteMemoriesRequest request, StreamObserver<BatchDeleteMemoriesResponse> observer) {
    BatchDeleteMemoriesResponse.Builder answer = BatchDeleteMemoriesResponse.newBuilder();
    for (DeleteMemoryItem item : request.getMemoriesList()) {
      stored.remove(request.getNamespace() + " " + item.getMemoryId());
      answer.addResults(DeleteMemoryResult.newBuilder().setMemoryId(item.getMemoryId()));
    }
    answer(observer, answer.build());
  }

  static String key(String namespace, Memory memory) {
    return namespace + " " + memory.getMemoryId();
  }

  private static com.google.rpc.Status exists() {
    return com.google.rpc.Status.newBuilder()
        .setCode(Status.Code.ALREADY_EXISTS.value())
        .addDetails(Any.pack(ErrorInfo.newBuilder().setReason("MEMORY_EXISTS").build()))
        .build();
  }

  private static <T> void answer(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }
}
