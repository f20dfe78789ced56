package io.rekindle.node.endpoint.grpc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
import com.google.rpc.RequestInfo;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.rekindle.node.contract.DoorFixture.Grant;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.Sensitivity;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import io.rekindle.v1.VerifyAuditRequest;
import io.rekindle.v1.VerifyAuditResponse;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What requests leave in the audit, asked over the wire. */
class GrpcAuditIT {
  private static final GrpcDoorFixture FIXTURE = GrpcDoorFixture.SHARED;
  private static final String NAMESPACE = "audit_" + UUID.randomUUID().toString().substring(0, 8);
  private static final AuditServiceBlockingStub AUDIT =
      AuditServiceGrpc.newBlockingStub(FIXTURE.admin());

  private static MemoryServiceBlockingStub memories;

  @BeforeAll
  static void open() {
    new GrpcTenants(FIXTURE.admin()).external(NAMESPACE, false);
    Grant low = new Grant(NAMESPACE, "sensitivity <= internal");
    memories =
        MemoryServiceGrpc.newBlockingStub(
            FIXTURE.door().channel(FIXTURE.create(null, null, low).getSecret()));
  }

  private static StoreMemoryRequest store(Sensitivity sensitivity) {
    return StoreMemoryRequest.newBuilder()
        .setNamespace(NAMESPACE)
        .setMemory(
            Memory.newBuilder()
                .setContent("x")
                .setSensitivity(sensitivity)
                .addAllVector(List.of(1f, 0f, 0f, 0f)))
        .build();
  }

  private static List<AuditRecord> denied() {
    return AUDIT
        .listAuditRecords(
            ListAuditRecordsRequest.newBuilder().setDeniedOnly(true).setPageSize(100).build())
        .getAuditRecordsList();
  }

  /** An outcome, which alone closes the intent, with the reason that was answered. */
  private static void leavesAnOutcome(String reason, ThrowingCallable call) throws Exception {
    StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(refusal).isNotNull();
    String id = "";
    for (Any detail : requireNonNull(StatusProto.fromThrowable(refusal)).getDetailsList()) {
      id = detail.is(RequestInfo.class) ? detail.unpack(RequestInfo.class).getRequestId() : id;
    }
    String requestId = id;
    assertThat(denied())
        .filteredOn(it -> it.getRequestId().equals(requestId))
        .extracting(it -> it.getKind() + " " + it.getDecision())
        .containsExactly("outcome " + reason);
  }

  @Test
  void aMutationThatIsRefusedOnTheRowIsRecordedAsRefused() throws Exception {
    String id =
        memories.storeMemory(store(Sensitivity.SENSITIVITY_PUBLIC)).getMemory().getMemoryId();
    String absent = UUID.randomUUID().toString();
    Memory restricted =
        Memory.newBuilder()
            .setMemoryId(id)
            .setSensitivity(Sensitivity.SENSITIVITY_RESTRICTED)
            .build();
    leavesAnOutcome(
        "PERMISSION_DENIED", () -> memories.storeMemory(store(Sensitivity.SENSITIVITY_RESTRICTED)));
    leavesAnOutcome(
        "PERMISSION_DENIED",
        () ->
            memories.updateMemory(
                UpdateMemoryRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setMemory(restricted)
                    .setUpdateMask(FieldMask.newBuilder().addPaths("sensitivity"))
                    .build()));
    leavesAnOutcome(
        "MEMORY_NOT_FOUND",
        () ->
            memories.deleteMemory(
                DeleteMemoryRequest.newBuilder()
                    .setNamespace(NAMESPACE)
                    .setMemoryId(absent)
                    .build()));
  }

  @Test
  void whatTheDoorRefusesByItselfLeavesARecordOfItsAddressAndReason() throws Exception {
    long before = refusals();
    var unknown =
        MemoryServiceGrpc.getGetMemoryMethod().toBuilder()
            .setFullMethodName("rekindle.v1.MemoryService/Nothing")
            .build();
    Channel channel = FIXTURE.admin();
    for (int i = 0; i < 3; i++) {
      assertThat(
              catchThrowableOfType(
                  StatusRuntimeException.class,
                  () ->
                      ClientCalls.blockingUnaryCall(
                          channel,
                          unknown,
                          CallOptions.DEFAULT,
                          GetMemoryRequest.getDefaultInstance())))
          .isNotNull();
    }
    while (refusals() < before + 3) {
      // The sum of a second is written when the second is over.
      Thread.sleep(50);
    }
    assertThat(refusals()).isEqualTo(before + 3);
  }

  private static long refusals() {
    return denied().stream()
        .filter(it -> it.getKind().equals("refusals") && it.getPeer().equals("127.0.0.1"))
        .filter(it -> it.getDecision().equals("METHOD_UNKNOWN"))
        .mapToLong(AuditRecord::getMemoryCount)
        .sum();
  }

  @Test
  void everyNumberOfTheChainIsAccountedFor() {
    VerifyAuditResponse verified = AUDIT.verifyAudit(VerifyAuditRequest.getDefaultInstance());
    assertThat(verified.getProblemsList()).isEmpty();
    assertThat(verified.getHeartbeats()).isPositive();
    assertThat(verified.getRecords() + verified.getHeartbeats() + verified.getLists())
        .isEqualTo(verified.getLastSequence() - verified.getFirstSequence() + 1);
  }
}
