package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All requests of the real door together stay in their room, and give it back whole. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestRoomTest {
  private static final int ROOM = 256 * 1024;
  private static final String FULL = "127.0.0.1 ROOM_FULL";

  /** A unary call's message would stay in the client until its end. */
  private static final MethodDescriptor<StoreMemoryRequest, StoreMemoryResponse> SENT_AT_ONCE =
      MemoryServiceGrpc.getStoreMemoryMethod().toBuilder()
          .setType(MethodDescriptor.MethodType.CLIENT_STREAMING)
          .build();

  private final AtomicInteger asked = new AtomicInteger();
  private volatile @Nullable String content;
  private volatile CountDownLatch handling = new CountDownLatch(0);
  private SocketDoor door;

  @BeforeAll
  void open(@TempDir Path folder) {
    door =
        new SocketDoor(
            folder,
            Map.of(
                "rekindle.door.handler-threads", "1",
                "rekindle.door.handler-queue-max", "100",
                "rekindle.door.deadline-default", "PT2S",
                "rekindle.door.deadline-max", "PT1S",
                "rekindle.door.requests-bytes-max", (ROOM >> 10) + "KiB"),
            this::answer,
            List::of);
  }

  @AfterEach
  void everythingIsGivenBack() {
    handling.countDown();
    await("the room is empty", () -> door.requestBytes() == 0);
    assertThat(door.stub().getMemory(get()).getMemory().getContent()).isEqualTo("the text");
    await("and empty again", () -> door.requestBytes() == 0);
    door.refusals.clear();
    asked.set(0);
  }

  @AfterAll
  void close() {
    door.close();
  }

  private Reply answer(Request request) {
    asked.incrementAndGet();
    try {
      handling.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    request.decoder().decode(null);
    String large = content;
    return new Reply.Got(large == null ? Samples.memory() : Samples.memory(large));
  }

  private static void await(String what, BooleanSupplier happens) {
    long begin = System.nanoTime();
    while (!happens.getAsBoolean()) {
      assertThat(System.nanoTime() - begin).as(what).isLessThan(TimeUnit.SECONDS.toNanos(20));
      Thread.onSpinWait();
    }
  }

  private static GetMemoryRequest get() {
    return GetMemoryRequest.newBuilder().setNamespace("a").setExternalKey("k").build();
  }

  private static StoreMemoryRequest store(int bytes) {
    return StoreMemoryRequest.newBuilder()
        .setNamespace("a")
        .setMemory(Memory.newBuilder().setContent("x".repeat(bytes)))
        .build();
  }

  /** A call whose message is sent, but not its end. */
  private ClientCall<StoreMemoryRequest, StoreMemoryResponse> unended(
      int bytes, CompletableFuture<Status> closed) {
    return call(SENT_AT_ONCE, store(bytes), closed);
  }

  private <Q, R> ClientCall<Q, R> call(
      MethodDescriptor<Q, R> method, Q request, CompletableFuture<Status> closed) {
    ClientCall<Q, R> call = door.channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(request);
    return call;
  }

  @Test
  void bodiesThatArriveShareTheRoom() throws Exception {
    CompletableFuture<Status> first = new CompletableFuture<>();
    ClientCall<?, ?> held = unended(150_000, first);
    await("it has arrived", () -> door.requestBytes() > 150_000);
    CompletableFuture<Status> second = new CompletableFuture<>();
    unended(150_000, second);
    Status refused = second.get(10, TimeUnit.SECONDS);
    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getDescription()).contains("no room for more requests");
    assertThat(door.refusals).containsExactly(FULL);
    assertThat(first).as("who has room goes on").isNotDone();
    assertThat(asked).hasValue(0);
    held.cancel("enough", null);
  }

  @Test
  void whatIsCompressedCountsAsItIsOnceDecompressed() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> door.stub().withCompression("gzip").storeMemory(store(ROOM)));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getMessage()).contains("no room for more requests");
    assertThat(door.refusals).containsExactly(FULL);
    assertThat(asked).hasValue(0);
  }

  @Test
  void requestsWithoutABodyTakeRoomToo() throws Exception {
    handling = new CountDownLatch(1);
    int fit = ROOM / (int) RequestRoom.FIRST_BYTES;
    List<Future<?>> calls = new ArrayList<>();
    for (int i = 0; i < fit + 3; i++) {
      calls.add(
          ClientCalls.futureUnaryCall(
              door.channel.newCall(MemoryServiceGrpc.getGetMemoryMethod(), CallOptions.DEFAULT),
              get()));
    }
    await("some are refused", () -> door.refusals.size() >= 3);
    assertThat(door.get("/healthz").statusCode()).as("the process lives").isEqualTo(200);
    assertThat(door.get("/metrics").statusCode()).isEqualTo(503);
    handling.countDown();
    int refused = 0;
    for (Future<?> call : calls) {
      try {
        call.get(10, TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(Status.fromThrowable(e).getCode())
            .isIn(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED);
        refused++;
      }
    }
    assertThat(door.refusals).containsOnly(FULL).hasSize(refused + 1);
    assertThat(asked).hasValue(calls.size() - refused);
  }

  @Test
  void aCancelledRequestKeepsItsRoomWhileItsHandlerRuns() {
    handling = new CountDownLatch(1);
    CompletableFuture<Status> closed = new CompletableFuture<>();
    ClientCall<?, ?> call = unended(150_000, closed);
    call.halfClose();
    await("the handler runs", () -> asked.get() == 1);
    call.cancel("enough", null);
    assertThatThrownBy(() -> door.stub().storeMemory(store(150_000)))
        .hasMessageContaining("no room for more requests");
    assertThat(door.refusals).containsExactly(FULL);
  }

  @Test
  void whatIsCancelledWhileItArrivesGivesItsRoomBackAndIsNoRefusal() {
    ClientCall<?, ?> call = unended(150_000, new CompletableFuture<>());
    await("it has arrived", () -> door.requestBytes() > 150_000);
    call.cancel("enough", null);
    await("its room is free", () -> door.requestBytes() == 0);
    assertThat(door.refusals).isEmpty();
  }

  /** Asks, and takes no answer. */
  private SSLSocket askingWithoutReading(int requests) throws IOException {
    SSLSocket socket = door.unread();
    byte[] message = get().toByteArray();
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(
        """
        POST /rekindle.v1.MemoryService/GetMemory HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/grpc-web+proto\r
        Content-Length: %d\r
        \r
        """
            .formatted(message.length + 5)
            .getBytes(StandardCharsets.US_ASCII));
    request.write(new byte[] {0, 0, 0, 0, (byte) message.length});
    request.write(message);
    for (int i = 0; i < requests; i++) {
      socket.getOutputStream().write(request.toByteArray());
    }
    return socket;
  }

  @Test
  void answersThatNobodyReadsTakeRoomUntilTheirTimeIsOver() throws Exception {
    content = "x".repeat(8 << 20);
    try (SSLSocket _ = askingWithoutReading(10)) {
      await("the answers fill the room", () -> door.requestBytes() > ROOM);
      assertThatThrownBy(() -> door.stub().getMemory(get()))
          .isInstanceOf(StatusRuntimeException.class);
      assertThat(door.refusals).contains(FULL);
      await("their time is over", () -> door.requestBytes() == 0);
    } finally {
      content = null;
    }
  }

  @Test
  void anHttp2AnswerThatNobodyReadsEndsInItsTime() throws Exception {
    content = "x".repeat(8 << 20);
    ClientCall<?, ?> call =
        call(MemoryServiceGrpc.getGetMemoryMethod(), get(), new CompletableFuture<>());
    try {
      call.halfClose(); // No answer is asked for, so that the windows of HTTP/2 stay shut.
      await("the answer fills the room", () -> door.requestBytes() > ROOM);
      await("its time is over", () -> door.requestBytes() == 0);
    } finally {
      call.cancel("enough", null);
      content = null;
    }
  }

  @Test
  void noStepBeginsWhileAnswersFillTheRoom() throws Exception {
    content = "x".repeat(8 << 20);
    handling = new CountDownLatch(1);
    try (SSLSocket _ = askingWithoutReading(1);
        SSLSocket _ = askingWithoutReading(1)) {
      await("both wait", () -> door.requestBytes() == 2 * RequestRoom.FIRST_BYTES);
      await("one is handled", () -> asked.get() == 1);
      handling.countDown();
      await("the other is refused", () -> !door.refusals.isEmpty());
      assertThat(door.refusals).containsExactly(FULL);
      assertThat(asked).hasValue(1);
    } finally {
      content = null;
    }
  }

  @Test
  void aConnectionThatBreaksGivesItsRoomBack() throws Exception {
    try (SSLSocket socket =
        (SSLSocket) door.tls.getSocketFactory().createSocket("localhost", door.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST /rekindle.v1.MemoryService/StoreMemory HTTP/1.1\r
          Host: localhost\r
          Content-Type: application/grpc-web+proto\r
          Content-Length: 200000\r
          \r
          """
              .getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[] {0, 0, 3, 0, 0}); // A message of 196,608 bytes begins.
      out.write(new byte[100_000]);
      out.flush();
      await("it has arrived", () -> door.requestBytes() > 50_000);
    } catch (IOException e) {
      // The door may be the first to close.
    }
  }
}
