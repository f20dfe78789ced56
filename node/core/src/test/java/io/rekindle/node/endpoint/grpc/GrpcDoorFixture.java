package io.rekindle.node.endpoint.grpc;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;

import com.google.protobuf.Timestamp;
import io.grpc.Channel;
import io.rekindle.node.bootstrap.TestNode;
import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.TestDoor.Caller;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AccessServiceGrpc.AccessServiceBlockingStub;
import io.rekindle.v1.AddGrantRequest;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.RemoveGrantRequest;
import io.rekindle.v1.RevokeApiKeyRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The gRPC door of the shared node. */
final class GrpcDoorFixture implements DoorFixture {
  /** Lives as long as the shared node does. */
  static final GrpcDoorFixture SHARED = new GrpcDoorFixture(new GrpcTestDoor(TestNode.shared()));

  /** As {@link #SHARED}, but that every search is by words too. */
  static final GrpcDoorFixture HYBRID = new GrpcDoorFixture(new HybridTestDoor(TestNode.shared()));

  private final GrpcTestDoor door;
  private final Channel admin;
  private final AccessServiceBlockingStub access;

  private GrpcDoorFixture(GrpcTestDoor door) {
    this.door = door;
    this.admin = door.channel(TestNode.shared().adminKey());
    this.access = AccessServiceGrpc.newBlockingStub(admin);
  }

  /** A channel that carries no credential of its own. */
  GrpcTestDoor door() {
    return door;
  }

  Channel admin() {
    return admin;
  }

  @Override
  public Tenants tenants() {
    GrpcTenants make = new GrpcTenants(admin);
    String unique = UUID.randomUUID().toString().substring(0, 8);
    // One name is the beginning of the other: paths compare by segments.
    String a = "company_" + unique;
    String b = a + "b";
    String shared = "shared_" + unique;
    make.external(a + "/support", false);
    make.external(a + "/product", false);
    make.external(b + "/support", false);
    make.external(shared, true);
    make.external(shared + "/below", true);
    return new Tenants(
        a,
        b,
        shared,
        key(null, null, new Grant(a + "/support", ""), new Grant(a + "/product", "")).caller(),
        key(null, null, new Grant(b + "/support", "")).caller(),
        key("a1", null, new Grant(shared, "agent_id = \"a1\"")).caller(),
        key("a2", null, new Grant(shared, "agent_id = \"a2\"")).caller(),
        key("a3", null, new Grant(shared, "sensitivity <= \"internal\"")).caller());
  }

  @Override
  public Caller administrator() {
    return door.caller(TestNode.shared().adminKey());
  }

  @Override
  public IssuedKey key(@Nullable String agentId, @Nullable Instant expiresAt, Grant... grants) {
    CreateApiKeyResponse created = create(agentId, expiresAt, grants);
    return new IssuedKey(created.getApiKey().getApiKeyId(), door.caller(created.getSecret()));
  }

  /** As {@link #key}, with the secret. */
  CreateApiKeyResponse create(
      @Nullable String agentId, @Nullable Instant expiresAt, Grant... grants) {
    CreateApiKeyRequest.Builder request =
        CreateApiKeyRequest.newBuilder()
            .setDisplayName("a test's key")
            .setScope(KeyScope.KEY_SCOPE_READ_WRITE)
            .setAgentId(Objects.requireNonNullElse(agentId, ""))
            .addAllGrants(Arrays.stream(grants).map(GrpcDoorFixture::message).toList());
    if (expiresAt != null) {
      request.setExpiresAt(
          Timestamp.newBuilder()
              .setSeconds(expiresAt.getEpochSecond())
              .setNanos(expiresAt.getNano()));
    }
    return call(() -> access.createApiKey(request.build()));
  }

  private static io.rekindle.v1.Grant message(Grant grant) {
    return GrpcTenants.grant(grant.namespace(), grant.condition());
  }

  @Override
  public void revoke(IssuedKey key) {
    RevokeApiKeyRequest request = RevokeApiKeyRequest.newBuilder().setApiKeyId(key.id()).build();
    var _ = call(() -> access.revokeApiKey(request));
  }

  @Override
  public void add(IssuedKey key, Grant grant) {
    AddGrantRequest request =
        AddGrantRequest.newBuilder().setApiKeyId(key.id()).setGrant(message(grant)).build();
    var _ = call(() -> access.addGrant(request));
  }

  @Override
  public void remove(IssuedKey key, Grant grant) {
    RemoveGrantRequest request =
        RemoveGrantRequest.newBuilder().setApiKeyId(key.id()).setGrant(message(grant)).build();
    var _ = call(() -> access.removeGrant(request));
  }
}
