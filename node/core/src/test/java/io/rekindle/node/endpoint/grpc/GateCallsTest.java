package io.rekindle.node.endpoint.grpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.WhoAmIRequest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GateCallsTest {
  @Test
  void handsOverCredentialPeerAndTransport() {
    try (InProcessDoor door = refusing()) {
      call(InProcessDoor.authorized(stub(door), "ApiKey rk_live_x"));

      Request request = door.requests.getFirst();
      assertThat(request.credential()).isEqualTo("rk_live_x");
      assertThat(request.peer()).isEqualTo("192.0.2.7");
      assertThat(request.transport()).isEqualTo("grpc");
    }
  }

  @ParameterizedTest
  @CsvSource({"bearer rk_live_x, rk_live_x", "BEARER  rk_live_x , rk_live_x", "Basic abc,", "abc,"})
  void readsTheTwoSchemesAndNoOther(String header, @Nullable String credential) {
    assertThat(CallHead.credential(header)).isEqualTo(credential);
  }

  @Test
  void takesNoCredentialFromTwoHeaders() {
    try (InProcessDoor door = refusing()) {
      call(InProcessDoor.authorized(stub(door), "Bearer one", "Bearer two"));

      assertThat(door.requests.getFirst().credential()).isNull();
    }
  }

  @Test
  void boundsTheDeadlineOfTheClient() {
    try (InProcessDoor door = refusing()) {
      call(stub(door));
      call(stub(door).withDeadlineAfter(1_000, TimeUnit.DAYS));

      Duration byDefault = Duration.between(Instant.now(), door.requests.get(0).deadline());
      Duration absurd = Duration.between(Instant.now(), door.requests.get(1).deadline());
      assertThat(byDefault).isPositive().isLessThanOrEqualTo(InProcessDoor.DEADLINE_DEFAULT);
      assertThat(absurd)
          .isGreaterThan(InProcessDoor.DEADLINE_DEFAULT)
          .isLessThanOrEqualTo(InProcessDoor.DEADLINE_MAX);
    }
  }

  @ParameterizedTest
  @CsvSource({"99999999H, 300000", "5M, 300000", "250m, 250", "9000u, 9", "0n, 0", "7S, 7000"})
  void readsEveryUnitOfATimeout(String header, long millis) {
    assertThat(head(header).patience(Duration.ofHours(1), Duration.ofMinutes(5)))
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"''", "S", "-1S", "999999999S", "1d", "1.5S"})
  void refusesATimeoutOfAnotherForm(String header) {
    RekindleException malformed = head(header).malformed();

    assertThat(malformed)
        .isNotNull()
        .extracting(RekindleException::details, as(InstanceOfAssertFactories.MAP))
        .containsEntry("field", "grpc-timeout");
  }

  @Test
  void refusesInvalidUtf8InsideTheGate() {
    // Field 1, two bytes, of which no UTF-8 text can be made.
    byte[] invalid = {0x0A, 0x02, (byte) 0xC3, 0x28};
    try (InProcessDoor door = refusing()) {
      StatusRuntimeException error = sendRaw(door, invalid);

      assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(error.getStatus().getDescription()).contains("UTF-8");
      assertThat(door.requests).hasSize(1);
      assertThat(door.commands).isEmpty();
    }
  }

  @Test
  void refusesBytesThatAreNoMessage() {
    try (InProcessDoor door = refusing()) {
      assertThat(sendRaw(door, new byte[] {0x7F, 0x7F, 0x7F}).getStatus().getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void namesTheFieldAndTheLimitInTheDetails() throws InvalidProtocolBufferException {
    try (InProcessDoor door = refusing()) {
      StatusRuntimeException error =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  MemoryServiceGrpc.newBlockingStub(door.channel)
                      .storeMemory(
                          StoreMemoryRequest.newBuilder()
                              .setNamespace("a")
                              .setMemory(Memory.newBuilder().setContent("x".repeat(65_537)))
                              .build()));

      ErrorInfo info = detail(error, ErrorInfo.class);
      assertThat(info.getReason()).isEqualTo("LIMIT_EXCEEDED");
      assertThat(info.getDomain()).isEqualTo("rekindle.io");
      assertThat(info.getMetadataMap())
          .containsAllEntriesOf(
              Map.of("field", "content", "limit", "65536", "actual", "65537", "unit", "bytes"));
      assertThat(detail(error, BadRequest.class).getFieldViolations(0).getField())
          .isEqualTo("content");
      assertThat(detail(error, RequestInfo.class).getRequestId())
          .isEqualTo(door.requests.getFirst().id().toString());
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorCode.class)
  void answersEveryErrorWithItsStatusAndReason(ErrorCode code)
      throws InvalidProtocolBufferException {
    try (InProcessDoor door =
        new InProcessDoor(
            _ -> {
              throw new RekindleException(code, "a static text");
            })) {
      StatusRuntimeException error = whoAmI(door);

      assertThat(error.getStatus().getCode().value()).isEqualTo(code.grpc().number());
      assertThat(error.getStatus().getCode().name()).isEqualTo(code.grpc().name());
      assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo(code.name());
      assertThat(has(error, RetryInfo.class)).isEqualTo(code.blame() == ErrorCode.Blame.EXHAUSTED);
    }
  }

  @Test
  void tellsNothingOfAFailureInsideButItsRequest() throws InvalidProtocolBufferException {
    try (InProcessDoor door = new InProcessDoor(GateCallsTest::fail)) {
      StatusRuntimeException error = whoAmI(door);

      assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
      assertThat(String.valueOf(StatusProto.fromThrowable(error))).doesNotContain("secret");
      assertThat(detail(error, RequestInfo.class).getRequestId()).isNotEmpty();
    }
  }

  @Test
  void refusesWhatFindsNoRoom() throws InvalidProtocolBufferException {
    try (InProcessDoor door =
        new InProcessDoor(
            GateCallsTest::fail,
            _ -> {
              throw new RejectedExecutionException();
            })) {
      StatusRuntimeException error = whoAmI(door);

      assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo("TOO_MANY_REQUESTS");
      assertThat(door.requests).isEmpty();
    }
  }

  @Test
  void servesEveryMethodOfEveryService() {
    try (InProcessDoor door = refusing()) {
      assertThatThrownBy(
              () ->
                  ClusterServiceGrpc.newBlockingStub(door.channel)
                      .whoAmI(WhoAmIRequest.getDefaultInstance()))
          .hasMessageStartingWith("PERMISSION_DENIED");
    }
  }

  private static Reply fail(Command command) {
    throw new IllegalStateException("the secret text of a row");
  }

  private static InProcessDoor refusing() {
    return new InProcessDoor(
        _ -> {
          throw new RekindleException(ErrorCode.PERMISSION_DENIED, "not granted");
        });
  }

  private static CallHead head(String timeout) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), timeout);
    return CallHead.of("192.0.2.7", headers);
  }

  private static MemoryServiceGrpc.MemoryServiceBlockingStub stub(InProcessDoor door) {
    return MemoryServiceGrpc.newBlockingStub(door.channel);
  }

  private static void call(MemoryServiceGrpc.MemoryServiceBlockingStub stub) {
    assertThatThrownBy(
            () ->
                stub.getMemory(
                    GetMemoryRequest.newBuilder()
                        .setNamespace("a")
                        .setMemoryId(Samples.ID.toString())
                        .build()))
        .hasMessageStartingWith("PERMISSION_DENIED");
  }

  private static StatusRuntimeException whoAmI(InProcessDoor door) {
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () ->
            ClusterServiceGrpc.newBlockingStub(door.channel)
                .whoAmI(WhoAmIRequest.getDefaultInstance()));
  }

  private static StatusRuntimeException sendRaw(InProcessDoor door, byte[] bytes) {
    MethodDescriptor<byte[], GetMemoryResponse> raw =
        MemoryServiceGrpc.getGetMemoryMethod().toBuilder(new Bytes(), response()).build();
    return catchThrowableOfType(
        StatusRuntimeException.class,
        () -> ClientCalls.blockingUnaryCall(door.channel, raw, CallOptions.DEFAULT, bytes));
  }

  private static MethodDescriptor.Marshaller<GetMemoryResponse> response() {
    return MemoryServiceGrpc.getGetMemoryMethod().getResponseMarshaller();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException();
    }
  }

  private static boolean has(
      StatusRuntimeException error, Class<? extends com.google.protobuf.Message> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    return status != null && status.getDetailsList().stream().anyMatch(detail -> detail.is(type));
  }

  static <T extends com.google.protobuf.Message> T detail(
      StatusRuntimeException error, Class<T> type) throws InvalidProtocolBufferException {
    com.google.rpc.Status status = requireNonNull(StatusProto.fromThrowable(error));
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no detail of this type: " + type);
  }
}
