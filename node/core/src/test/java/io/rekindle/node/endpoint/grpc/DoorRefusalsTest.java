package io.rekindle.node.endpoint.grpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.StoreMemoryRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the real door answers without the gate is accounted for, once, before the answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorRefusalsTest {
  private static final String GET = "/rekindle.v1.MemoryService/GetMemory";
  private static final String STORE = "/rekindle.v1.MemoryService/StoreMemory";
  private static final int CONNECTIONS_MAX = 12;

  private final AtomicInteger asked = new AtomicInteger();
  private volatile CountDownLatch handling = new CountDownLatch(0);
  private SocketDoor door;

  @BeforeAll
  void open(@TempDir Path folder) {
    door =
        new SocketDoor(
            folder,
            Map.of(
                "rekindle.door.handler-threads", "1",
                "rekindle.door.handler-queue-max", "1",
                "rekindle.door.connections-max", Integer.toString(CONNECTIONS_MAX),
                "rekindle.door.deadline-default", "PT2S"),
            this::answer,
            List::of);
  }

  @AfterAll
  void close() {
    door.close();
  }

  @BeforeEach
  void forget() {
    door.refusals.clear();
    asked.set(0);
  }

  @AfterEach
  void theRoomOfRequestsIsGivenBack() {
    long begin = System.nanoTime();
    while (door.requestBytes() > 0 && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20)) {
      Thread.onSpinWait();
    }
    assertThat(door.requestBytes()).isZero();
  }

  private Reply answer(Request request) {
    asked.incrementAndGet();
    try {
      handling.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    request.decoder().decode(null);
    return new Reply.Got(Samples.memory());
  }

  private void assertRefusedOnce(String reason) {
    assertThat(door.refusals).containsExactly("127.0.0.1 " + reason);
    assertThat(asked).as("the gate was not asked").hasValue(0);
  }

  private static StoreMemoryRequest large() {
    return StoreMemoryRequest.newBuilder()
        .setNamespace("a")
        .setMemory(Memory.newBuilder().setContent("x".repeat(3 << 20)))
        .build();
  }

  private static byte[] frame(int flag, int length, byte[] body) {
    return ByteBuffer.allocate(5 + body.length).put((byte) flag).putInt(length).put(body).array();
  }

  private static GetMemoryRequest get() {
    return GetMemoryRequest.newBuilder().setNamespace("a").setExternalKey("k").build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip"})
  void aMessageOverTheLimitIsCountedAfterDecompressionAndNamesTheLimit(String encoding)
      throws Exception {
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> door.stub().withCompression(encoding).storeMemory(large()));
    ErrorInfo info =
        requireNonNull(StatusProto.fromThrowable(error))
            .getDetailsList()
            .getFirst()
            .unpack(ErrorInfo.class);
    assertThat(info.getReason()).isEqualTo("LIMIT_EXCEEDED");
    assertThat(info.getMetadataMap())
        .containsEntry("field", "request")
        .containsEntry("limit", "1048576")
        .containsEntry("unit", "bytes");
    assertRefusedOnce("REQUEST_TOO_LARGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/grpc", "application/grpc-web+proto"})
  void aRequestThatSaysItIsTooLongIsCountedBeforeItArrives(String type) throws Exception {
    byte[] message = large().toByteArray();
    byte[] body = frame(0, message.length, message);
    try {
      door.post(STORE, body, "Content-Type", type, "TE", "trailers");
    } catch (IOException e) {
      // The door may close the stream while the client still sends.
    }
    assertRefusedOnce("REQUEST_TOO_LARGE");
  }

  @ParameterizedTest
  @CsvSource({
    "application/grpc, 1, 4, gzip",
    "application/grpc, 0, 400, identity",
    "application/grpc, 7, 4, identity",
    "application/grpc, 1, 4, nonsense",
    "application/grpc-web+proto, 1, 4, gzip",
  })
  void framesThatCannotBeReadAreCounted(String type, int flag, int length, String encoding)
      throws Exception {
    byte[] body = frame(flag, length, new byte[] {1, 2, 3, 4});
    var answer = door.post(GET, body, "Content-Type", type, "grpc-encoding", encoding);
    assertThat(answer.headers().firstValue("grpc-status")).get().isNotEqualTo("0");
    assertThat(door.refusals).hasSize(1);
    assertThat(asked).hasValue(0);
  }

  @Test
  void aCallWithoutAMessageIsCounted() throws Exception {
    door.post(GET, new byte[0], "Content-Type", "application/grpc");
    assertRefusedOnce("REQUEST_MALFORMED");
  }

  @Test
  void aSecondMessageIsCounted() throws Exception {
    byte[] one = get().toByteArray();
    byte[] frame = frame(0, one.length, one);
    byte[] two = ByteBuffer.allocate(2 * frame.length).put(frame).put(frame).array();
    try {
      door.post(GET, two, "Content-Type", "application/grpc");
    } catch (IOException e) {
      // The stream was reset: nothing is answered.
    }
    assertThat(door.refusals.size() + asked.get()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/rekindle.v1.MemoryService/Nothing", "/rekindle.v2.Other/Get", "/", "/admin"})
  void whatDoesNotExistIsCounted(String path) throws Exception {
    door.post(path, new byte[0], "Content-Type", "application/grpc");
    assertRefusedOnce("METHOD_UNKNOWN");
  }

  @Test
  void anotherMediaTypeIsCounted() throws Exception {
    assertThat(door.post(GET, new byte[0], "Content-Type", "text/plain").statusCode())
        .isEqualTo(415);
    assertRefusedOnce("METHOD_UNKNOWN");
  }

  @Test
  void whatIsNotHttpIsCountedForTheAddressThatSentIt() throws Exception {
    try (SSLSocket socket =
        (SSLSocket) door.tls.getSocketFactory().createSocket("localhost", door.port())) {
      socket
          .getOutputStream()
          .write("NONSENSE / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 4");
    }
    assertThat(door.refusals).hasSize(1).allMatch(it -> it.startsWith("127.0.0.1 "));
  }

  @Test
  void whatBreaksOffIsCountedForTheAddressThatSentIt() throws Exception {
    try (SSLSocket socket =
        (SSLSocket) door.tls.getSocketFactory().createSocket("localhost", door.port())) {
      socket
          .getOutputStream()
          .write("GET /readyz HTTP/1.1\r\nHost: a\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    long begin = System.nanoTime();
    while (door.refusals.isEmpty() && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20)) {
      Thread.onSpinWait();
    }
    assertRefusedOnce("REQUEST_MALFORMED");
  }

  @Test
  void aFullQueueIsCounted() throws Exception {
    handling = new CountDownLatch(1);
    var calls = new ArrayList<com.google.common.util.concurrent.ListenableFuture<?>>();
    for (int i = 0; i < 5; i++) {
      calls.add(
          ClientCalls.futureUnaryCall(
              door.channel.newCall(MemoryServiceGrpc.getGetMemoryMethod(), CallOptions.DEFAULT),
              get()));
      // The first one has left the queue before others come: an idle thread takes a moment to.
      while (asked.get() == 0) {
        Thread.onSpinWait();
      }
    }
    while (door.refusals.size() < 3) {
      Thread.onSpinWait();
    }
    handling.countDown();
    int refused = 0;
    for (var call : calls) {
      try {
        call.get();
      } catch (java.util.concurrent.ExecutionException e) {
        refused++;
      }
    }
    assertThat(refused).isEqualTo(3);
    assertThat(door.refusals).containsOnly("127.0.0.1 QUEUE_FULL").hasSize(3);
    assertThat(asked).hasValue(2);
  }

  @Test
  void aRequestThatNeverEndsIsCounted() throws Exception {
    ClientCall<GetMemoryRequest, GetMemoryResponse> call =
        door.channel.newCall(MemoryServiceGrpc.getGetMemoryMethod(), CallOptions.DEFAULT);
    CountDownLatch closed = new CountDownLatch(1);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(io.grpc.Status status, Metadata trailers) {
            closed.countDown();
          }
        },
        new Metadata());
    call.sendMessage(get());
    closed.await();
    assertRefusedOnce("REQUEST_TOO_SLOW");
  }

  @Test
  void aConnectionTooManyIsCountedAndClosed() throws Exception {
    List<SSLSocket> open = new ArrayList<>();
    try {
      while (door.refusals.isEmpty() && open.size() <= CONNECTIONS_MAX) {
        SSLSocket socket =
            (SSLSocket) door.tls.getSocketFactory().createSocket("localhost", door.port());
        open.add(socket);
        try {
          socket.startHandshake();
        } catch (IOException e) {
          break;
        }
      }
      assertThat(open).hasSizeLessThanOrEqualTo(CONNECTIONS_MAX + 1);
      assertThat(door.refusals).containsExactly("127.0.0.1 TOO_MANY_CONNECTIONS");
    } finally {
      for (SSLSocket socket : open) {
        socket.close();
      }
    }
    assertThat(door.stub().getMemory(get()).getMemory().getContent()).isEqualTo("the text");
  }

  @Test
  void whatTheGateAnswersAndThePagesForMachinesAreNoRefusals() throws Exception {
    door.stub().getMemory(get());
    assertThatThrownBy(() -> door.stub().storeMemory(StoreMemoryRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);
    door.get("/healthz");
    door.get("/readyz");
    door.get("/metrics", "Authorization", "Bearer good");
    assertThat(door.refusals).isEmpty();
    assertThat(asked).hasValue(3);
  }

  @Test
  void withoutAnAccountNothingIsAnswered() {
    try {
      door.accountIn(
          (_, _) -> {
            throw new RekindleException(ErrorCode.AUDIT_UNAVAILABLE, "not now");
          });
      StatusRuntimeException error =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> door.stub().storeMemory(large()));
      assertThat(error.getMessage()).doesNotContain("limit");
    } finally {
      door.accountIn((peer, refusal) -> door.refusals.add(peer + " " + refusal));
    }
  }
}
