package io.rekindle.node.endpoint.grpc;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Channel;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.GetStatusRequest;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyKind;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListKeysRequest;
import io.rekindle.v1.RotateGroupKeysRequest;
import io.rekindle.v1.RotateGroupKeysResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may rotate the keys of pages, and what is recorded of it. */
class GrpcGroupKeysIT {
  private static final Channel ADMIN = GrpcDoorFixture.SHARED.admin();

  private static RotateGroupKeysResponse rotate(Channel channel) {
    return call(
        () ->
            ClusterServiceGrpc.newBlockingStub(channel)
                .rotateGroupKeys(RotateGroupKeysRequest.getDefaultInstance()));
  }

  private static CreateApiKeyResponse key(KeyScope scope, Grant... grants) {
    return new GrpcTenants(ADMIN).create(scope, "", grants);
  }

  private static List<AuditRecord> newest() {
    return call(
            () ->
                AuditServiceGrpc.newBlockingStub(ADMIN)
                    .listAuditRecords(
                        ListAuditRecordsRequest.newBuilder().setPageSize(100).build()))
        .getAuditRecordsList()
        .stream()
        .filter(record -> !record.getKind().equals("read"))
        .toList();
  }

  private static void assertDenied(CreateApiKeyResponse key) {
    Channel channel = GrpcDoorFixture.SHARED.door().channel(key.getSecret());
    assertThat(catchThrowableOfType(Refused.class, () -> rotate(channel)).reason())
        .isEqualTo("PERMISSION_DENIED");
    assertThat(newest())
        .filteredOn(record -> record.getApiKeyId().equals(GrpcTenants.idOf(key)))
        .singleElement()
        .satisfies(record -> assertThat(record.getKind()).isEqualTo("denial"));
  }

  @Test
  void onlyAnAdministratorOfTheRootMay() {
    assertDenied(key(KeyScope.KEY_SCOPE_ADMIN, GrpcTenants.grant("somewhere", "")));
    assertDenied(key(KeyScope.KEY_SCOPE_READ_WRITE, GrpcTenants.grant("", "")));
    assertDenied(key(KeyScope.KEY_SCOPE_ADMIN, GrpcTenants.grant("", "tags:x")));
  }

  @Test
  void itIsRecordedBeforeItBeginsAndWhenItHasEnded() {
    CreateApiKeyResponse key = key(KeyScope.KEY_SCOPE_ADMIN, GrpcTenants.grant("", ""));
    Channel channel = GrpcDoorFixture.SHARED.door().channel(key.getSecret());
    int groups = rotate(channel).getGroups();
    assertThat(groups).isPositive();
    List<AuditRecord> newest = newest();
    String request =
        newest.stream()
            .filter(record -> record.getApiKeyId().equals(GrpcTenants.idOf(key)))
            .findFirst()
            .orElseThrow()
            .getRequestId();
    assertThat(newest)
        .filteredOn(record -> record.getRequestId().equals(request))
        .extracting(
            record ->
                "%s %s %s %d"
                    .formatted(
                        record.getKind(),
                        record.getAction(),
                        record.getDecision(),
                        record.getMemoryCount()))
        .containsExactly(
            "outcome cluster.write allowed 0",
            "system group-keys.rotated allowed " + groups,
            "intent cluster.write allowed 0");
    assertThat(
            call(() ->
                    ClusterServiceGrpc.newBlockingStub(ADMIN)
                        .getStatus(GetStatusRequest.getDefaultInstance()))
                .getFactsList())
        .extracting(fact -> fact.getName())
        .contains("group_keys_reencrypting", "group_keys_bytes_left");
    assertThat(
            call(() ->
                    KeyServiceGrpc.newBlockingStub(ADMIN)
                        .listKeys(ListKeysRequest.getDefaultInstance()))
                .getKeysList())
        .as("since when they are so, and until when")
        .filteredOn(listed -> listed.getKind() == KeyKind.KEY_KIND_GROUP)
        .allMatch(listed -> listed.hasMadeAt() && listed.hasDueAt())
        .allMatch(listed -> listed.getCount() == groups)
        .hasSize(1);
  }
}
