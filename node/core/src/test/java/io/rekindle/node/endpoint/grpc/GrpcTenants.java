package io.rekindle.node.endpoint.grpc;

import io.grpc.Channel;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.ApiKey;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import java.util.List;

/** Makes namespaces and API keys for tests, as an administrator. */
public final class GrpcTenants {
  private final Channel admin;

  public GrpcTenants(Channel admin) {
    this.admin = admin;
  }

  /** A namespace of callers' own vectors of four dimensions. */
  public void external(String path, boolean dedupe) {
    create(
        Namespace.newBuilder()
            .setNamespace(path)
            .setEmbeddingModel("external")
            .setDimensions(4)
            .setDedupeContent(dedupe)
            .build());
  }

  public void create(Namespace namespace) {
    var _ =
        GrpcTestDoor.call(
            () ->
                NamespaceServiceGrpc.newBlockingStub(admin)
                    .createNamespace(
                        CreateNamespaceRequest.newBuilder().setNamespace(namespace).build()));
  }

  public static Grant grant(String namespace, String condition) {
    return Grant.newBuilder().setNamespace(namespace).setCondition(condition).build();
  }

  /** A read-write key; returns its secret text. */
  public String key(String agentId, Grant... grants) {
    return create(KeyScope.KEY_SCOPE_READ_WRITE, agentId, grants).getSecret();
  }

  public CreateApiKeyResponse create(KeyScope scope, String agentId, Grant... grants) {
    return GrpcTestDoor.call(
        () ->
            AccessServiceGrpc.newBlockingStub(admin)
                .createApiKey(
                    CreateApiKeyRequest.newBuilder()
                        .setDisplayName("a test's key")
                        .setScope(scope)
                        .setAgentId(agentId)
                        .addAllGrants(List.of(grants))
                        .build()));
  }

  /** The id of a created key. */
  public static String idOf(CreateApiKeyResponse created) {
    ApiKey key = created.getApiKey();
    return key.getApiKeyId();
  }
}
