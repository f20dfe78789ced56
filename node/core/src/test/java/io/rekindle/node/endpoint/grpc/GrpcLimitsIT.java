package io.rekindle.node.endpoint.grpc;

import static io.rekindle.node.endpoint.grpc.RequestsOverLimits.NAMESPACE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.endpoint.grpc.RequestsOverLimits.Over;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.MemoryServiceGrpc;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every limit arrives over the wire as an error that names the field and the limit; nothing of the
 * request is stored, and it leaves one record.
 */
class GrpcLimitsIT {
  private static final GrpcDoorFixture FIXTURE = GrpcDoorFixture.SHARED;

  private static Channel channel;

  @BeforeAll
  static void open() {
    new GrpcTenants(FIXTURE.admin()).external(NAMESPACE, false);
    CreateApiKeyResponse key = FIXTURE.create(null, null, new DoorFixture.Grant(NAMESPACE, ""));
    channel = FIXTURE.door().channel(key.getSecret());
  }

  static Stream<Over> everythingOverALimit() {
    return RequestsOverLimits.all();
  }

  @ParameterizedTest
  @MethodSource("everythingOverALimit")
  void isRefusedByNameStoresNothingAndLeavesOneRecord(Over over) throws Exception {
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> call(channel, over.method(), over.request()));
    assertThat(refusal).isNotNull();
    com.google.rpc.Status status = requireNonNull(StatusProto.fromThrowable(refusal));
    ErrorInfo info = detail(status, ErrorInfo.class);
    assertThat(info.getReason()).as(status.toString()).isEqualTo(over.reason());
    assertThat(refusal.getStatus().getCode().name()).isEqualTo("INVALID_ARGUMENT");
    assertThat(info.getMetadataMap()).containsEntry("field", over.field());
    assertThat(info.getMetadataMap().get("limit")).isEqualTo(over.limit());
    assertThat(detail(status, BadRequest.class).getFieldViolations(0).getField())
        .isEqualTo(over.field());
    assertThat(
            MemoryServiceGrpc.newBlockingStub(channel)
                .listMemories(ListMemoriesRequest.newBuilder().addNamespaces(NAMESPACE).build())
                .getMemoriesList())
        .as("stored")
        .isEmpty();
    assertRecordedOnce(detail(status, RequestInfo.class).getRequestId(), over.reason());
  }

  @Test
  void aDeadlineThatHasPassedIsRefusedAndLeavesOneRecord() throws Exception {
    Metadata over = new Metadata();
    over.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "0n");
    Channel late =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(over));
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                call(
                    late,
                    MemoryServiceGrpc.getStoreMemoryMethod(),
                    RequestsOverLimits.request(RequestsOverLimits.memory())));
    com.google.rpc.Status status = requireNonNull(StatusProto.fromThrowable(refusal));
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("DEADLINE_EXCEEDED");
    assertRecordedOnce(detail(status, RequestInfo.class).getRequestId(), "DEADLINE_EXCEEDED");
  }

  private static List<AuditRecord> records() {
    return AuditServiceGrpc.newBlockingStub(FIXTURE.admin())
        .listAuditRecords(
            ListAuditRecordsRequest.newBuilder().setDeniedOnly(true).setPageSize(100).build())
        .getAuditRecordsList();
  }

  /** Besides the intent, if the request got that far. */
  private static void assertRecordedOnce(String requestId, String reason) {
    assertThat(records())
        .filteredOn(it -> it.getRequestId().equals(requestId))
        .extracting(AuditRecord::getDecision)
        .containsExactly(reason);
  }

  private static <T extends Message> T detail(com.google.rpc.Status status, Class<T> type)
      throws InvalidProtocolBufferException {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        return detail.unpack(type);
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + status);
  }

  private static <R> void call(
      Channel by, MethodDescriptor<? extends Message, R> method, Message request) {
    MethodDescriptor<Message, R> any =
        MethodDescriptor.<Message, R>newBuilder()
            .setType(method.getType())
            .setFullMethodName(method.getFullMethodName())
            .setRequestMarshaller(ProtoUtils.marshaller(request.getDefaultInstanceForType()))
            .setResponseMarshaller(method.getResponseMarshaller())
            .build();
    var _ = ClientCalls.blockingUnaryCall(by, any, CallOptions.DEFAULT, request);
  }
}
