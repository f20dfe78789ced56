package io.rekindle.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.CreateNamespaceResponse;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.ExportMemoriesResponse;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.ListNodesRequest;
import io.rekindle.v1.ListNodesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.RotateGroupKeysRequest;
import io.rekindle.v1.RotateGroupKeysResponse;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.StoreMemoryResult;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RekindleClientTest {
  private final FakeMemories memories = new FakeMemories();
  private final FakeNamespaces namespaces = new FakeNamespaces();
  private final FakeCluster cluster = new FakeCluster();
  private final AtomicReference<@Nullable String> authorization = new AtomicReference<>();
  private Server server;
  private RekindleClient client;

  @BeforeEach
  void start() throws IOException {
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .addService(memories)
            .addService(namespaces)
            .addService(cluster)
            .intercept(new RecordAuthorization())
            .build()
            .start();
    client =
        RekindleClient.builder("unused")
            .apiKey("rk_live_test")
            .deadline(Duration.ofSeconds(20))
            .build(InProcessChannelBuilder.forName(name));
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void sendsTheApiKeyWithEveryCall() {
    client.memories().get("a", "id").execute();

    assertThat(authorization.get()).isEqualTo("Bearer rk_live_test");
  }

  @Test
  void answersTheSameBlockingAndAsynchronously() {
    Call<GetMemoryResponse> call = client.memories().get("a", "id");

    assertThat(call.execute()).isEqualTo(call.executeAsync().join());
    assertThat(call.execute().getMemory().getContent()).isEqualTo("found");
  }

  @Test
  void retriesAStoreAsTheSameWriteWhenTheNodeIsAwayForAMoment() {
    memories.failStores.set(2);

    StoreMemoryResponse response = client.memories().store("a", "text").execute();

    assertThat(response.getCreated()).isTrue();
    assertThat(memories.storeKeys).hasSize(3);
    assertThat(memories.storeKeys.stream().distinct()).hasSize(1).doesNotContain("");
  }

  @Test
  void doesNotCallAWriteRefusedThatMayBeDone() {
    memories.failStores.set(1);
    memories.storeRefusal.set(refusal(Status.Code.RESOURCE_EXHAUSTED, "DISK_RESERVE_REACHED"));

    RekindleClientException error =
        catchThrowableOfType(
            RekindleClientException.class, () -> client.memories().store("a", "text").execute());

    assertThat(error.reason()).isEqualTo("OUTCOME_UNKNOWN");
    assertThat(error.code()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(error.details()).containsEntry("refused", "DISK_RESERVE_REACHED");
    assertThat(error).hasMessageEndingWith("the last one was refused: no");
  }

  @Test
  void callsAWriteRefusedWhenEveryAttemptWas() {
    memories.firstRefusal.set(refusal(Status.Code.UNAVAILABLE, "NO_MAJORITY"));
    memories.storeRefusal.set(refusal(Status.Code.RESOURCE_EXHAUSTED, "DISK_RESERVE_REACHED"));

    assertThat(
            catchThrowableOfType(
                RekindleClientException.class, () -> client.memories().store("a", "b").execute()))
        .returns("DISK_RESERVE_REACHED", RekindleClientException::reason);
    assertThat(memories.storeKeys).hasSize(2);
  }

  @Test
  void callsAWriteInvalidThatNoAttemptCanDo() {
    memories.failStores.set(1);
    memories.storeRefusal.set(refusal(Status.Code.INVALID_ARGUMENT, "INVALID_FIELD"));

    assertThat(
            catchThrowableOfType(
                RekindleClientException.class, () -> client.memories().store("a", "b").execute()))
        .returns("INVALID_FIELD", RekindleClientException::reason);
  }

  @Test
  void doesNotCallAnItemOfABatchRefusedThatMayBeDone() {
    memories.failStores.set(1);
    memories.storeRefusal.set(refusal(Status.Code.UNAVAILABLE, "NO_OWNER"));
    BatchStoreMemoriesRequest two =
        BatchStoreMemoriesRequest.newBuilder()
            .setNamespace("a")
            .addMemories(StoreMemoryItem.newBuilder().setIdempotencyKey("1"))
            .addMemories(StoreMemoryItem.newBuilder().setIdempotencyKey("2"))
            .build();

    List<StoreMemoryResult> results = client.memories().storeBatch(two).execute().getResultsList();

    assertThat(results.get(0).hasError()).isFalse();
    assertThat(RekindleClientException.of(results.get(1).getError()).reason())
        .isEqualTo("OUTCOME_UNKNOWN");
  }

  private static StatusRuntimeException refusal(Status.Code code, String reason) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage("no")
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason(reason).build()))
            .build());
  }

  @Test
  void keepsAnIdempotencyKeyThatTheCallerBrings() {
    client
        .memories()
        .store(StoreMemoryRequest.newBuilder().setNamespace("a").setIdempotencyKey("mine").build())
        .execute();

    assertThat(memories.storeKeys).containsExactly("mine");
  }

  @Test
  void doesNotRetryWhatIsNotTheSameTwice() {
    assertThatThrownBy(
            () -> client.namespaces().create(CreateNamespaceRequest.getDefaultInstance()).execute())
        .isInstanceOf(RekindleClientException.class);

    assertThat(namespaces.creations).hasValue(1);
  }

  /** Of a service whose other calls are tried again. */
  @Test
  void doesNotRotateKeysTwice() {
    assertThatThrownBy(() -> client.cluster().rotateGroupKeys().execute())
        .isInstanceOf(RekindleClientException.class);
    assertThat(cluster.rotations).hasValue(1);

    assertThatThrownBy(() -> client.cluster().listNodes().execute())
        .isInstanceOf(RekindleClientException.class);
    assertThat(cluster.lists).hasValueGreaterThan(1);
  }

  @Test
  void turnsEveryErrorIntoATypedOne() {
    memories.getError.set(
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                .setMessage("too many")
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setReason("TOO_MANY_REQUESTS")
                            .setDomain("rekindle.io")
                            .putMetadata("limit", "64")
                            .build()))
                .addDetails(Any.pack(RequestInfo.newBuilder().setRequestId("r-1").build()))
                .addDetails(
                    Any.pack(
                        RetryInfo.newBuilder()
                            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(2))
                            .build()))
                .build()));
    Call<GetMemoryResponse> call = client.memories().get("a", "id");

    RekindleClientException blocking =
        catchThrowableOfType(RekindleClientException.class, call::execute);

    assertThat(blocking.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(blocking.reason()).isEqualTo("TOO_MANY_REQUESTS");
    assertThat(blocking.details()).containsEntry("limit", "64");
    assertThat(blocking.requestId()).contains("r-1");
    assertThat(blocking.retryAfter()).contains(Duration.ofSeconds(2));
    assertThat(
            catchThrowableOfType(CompletionException.class, () -> call.executeAsync().join())
                .getCause())
        .isInstanceOf(RekindleClientException.class);
  }

  @Test
  void namesTheCodeAsReasonWhereTheServerGivesNone() {
    memories.getError.set(Status.UNIMPLEMENTED.asRuntimeException());

    RekindleClientException error =
        catchThrowableOfType(
            RekindleClientException.class, () -> client.memories().get("a", "id").execute());

    assertThat(error.reason()).isEqualTo("UNIMPLEMENTED");
    assertThat(error.details()).isEmpty();
  }

  @Test
  void cancelsTheCallWhenItsFutureIsCancelled() throws InterruptedException {
    memories.hang = true;

    CompletableFuture<GetMemoryResponse> answer = client.memories().get("a", "id").executeAsync();
    assertThat(memories.reached.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(answer.cancel(true)).isTrue();

    assertThat(memories.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void endsACallAtItsDeadline() {
    memories.hang = true;

    RekindleClientException error =
        catchThrowableOfType(
            RekindleClientException.class,
            () -> client.memories().get("a", "id").withDeadline(Duration.ofMillis(50)).execute());

    assertThat(error.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void throwsTheErrorThatCutsAnExport() {
    Iterator<ExportMemoriesResponse> pages =
        client.memories().export(ExportMemoriesRequest.getDefaultInstance());

    assertThat(pages.next().getNextPageToken()).isEqualTo("more");
    assertThatThrownBy(pages::hasNext)
        .isInstanceOfSatisfying(
            RekindleClientException.class,
            error -> assertThat(error.code()).isEqualTo(Status.Code.UNAUTHENTICATED));
  }

  @Test
  void hasNothingOfTheServerOnItsClassPath() {
    for (String name :
        List.of("org.apache.ignite.Ignite", "io.rekindle.node.model.Command", "org.h2.Driver")) {
      assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
  }

  private final class RecordAuthorization implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      authorization.set(
          headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER)));
      return next.startCall(call, headers);
    }
  }

  private static final class FakeMemories extends MemoryServiceGrpc.MemoryServiceImplBase {
    private final List<String> storeKeys = new CopyOnWriteArrayList<>();
    private final AtomicInteger failStores = new AtomicInteger();
    private final AtomicReference<@Nullable StatusRuntimeException> firstRefusal =
        new AtomicReference<>();
    private final AtomicReference<@Nullable StatusRuntimeException> storeRefusal =
        new AtomicReference<>();
    private final AtomicReference<@Nullable StatusRuntimeException> getError =
        new AtomicReference<>();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private volatile boolean hang;

    @Override
    public void storeMemory(StoreMemoryRequest request, StreamObserver<StoreMemoryResponse> out) {
      storeKeys.add(request.getIdempotencyKey());
      StatusRuntimeException error = nextError();
      if (error != null) {
        out.onError(error);
        return;
      }
      out.onNext(StoreMemoryResponse.newBuilder().setCreated(true).build());
      out.onCompleted();
    }

    private @Nullable StatusRuntimeException nextError() {
      if (failStores.getAndDecrement() > 0) {
        return Status.UNAVAILABLE.asRuntimeException();
      }
      StatusRuntimeException first = firstRefusal.getAndSet(null);
      return first == null ? storeRefusal.get() : first;
    }

    /** Refuses within its answer. */
    @Override
    public void batchStoreMemories(
        BatchStoreMemoriesRequest request, StreamObserver<BatchStoreMemoriesResponse> out) {
      if (failStores.getAndDecrement() > 0) {
        out.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      out.onNext(
          BatchStoreMemoriesResponse.newBuilder()
              .addResults(StoreMemoryResult.newBuilder().setCreated(true))
              .addResults(
                  StoreMemoryResult.newBuilder()
                      .setError(StatusProto.fromThrowable(storeRefusal.get())))
              .build());
      out.onCompleted();
    }

    @Override
    public void getMemory(GetMemoryRequest request, StreamObserver<GetMemoryResponse> out) {
      if (hang) {
        io.grpc.Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
        reached.countDown();
        return;
      }
      StatusRuntimeException error = getError.get();
      if (error != null) {
        out.onError(error);
        return;
      }
      out.onNext(
          GetMemoryResponse.newBuilder()
              .setMemory(Memory.newBuilder().setContent("found"))
              .build());
      out.onCompleted();
    }

    @Override
    public void exportMemories(
        ExportMemoriesRequest request, StreamObserver<ExportMemoriesResponse> out) {
      out.onNext(ExportMemoriesResponse.newBuilder().setNextPageToken("more").build());
      out.onError(Status.UNAUTHENTICATED.asRuntimeException());
    }
  }

  private static final class FakeCluster extends ClusterServiceGrpc.ClusterServiceImplBase {
    private final AtomicInteger rotations = new AtomicInteger();
    private final AtomicInteger lists = new AtomicInteger();

    @Override
    public void rotateGroupKeys(
        RotateGroupKeysRequest request, StreamObserver<RotateGroupKeysResponse> out) {
      rotations.incrementAndGet();
      out.onError(Status.UNAVAILABLE.asRuntimeException());
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> out) {
      lists.incrementAndGet();
      out.onError(Status.UNAVAILABLE.asRuntimeException());
    }
  }

  private static final class FakeNamespaces extends NamespaceServiceGrpc.NamespaceServiceImplBase {
    private final AtomicInteger creations = new AtomicInteger();

    @Override
    public void createNamespace(
        CreateNamespaceRequest request, StreamObserver<CreateNamespaceResponse> out) {
      creations.incrementAndGet();
      out.onError(Status.UNAVAILABLE.asRuntimeException());
    }
  }
}
