package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.model.ApiKeyInfo;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.v1.ApiKey;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyScope;
import java.time.Instant;

/** An API key as a message, without its secret. */
final class ApiKeyMessage {
  private ApiKeyMessage() {}

  static ApiKey of(ApiKeyInfo key) {
    ApiKey.Builder built =
        ApiKey.newBuilder()
            .setApiKeyId(key.id().value())
            .setDisplayName(key.displayName())
            .setScope(
                switch (key.scope()) {
                  case READ_ONLY -> KeyScope.KEY_SCOPE_READ_ONLY;
                  case READ_WRITE -> KeyScope.KEY_SCOPE_READ_WRITE;
                  case ADMIN -> KeyScope.KEY_SCOPE_ADMIN;
                })
            .addAllGrants(key.grants().stream().map(ApiKeyMessage::grant).toList())
            .setCreatedAt(Fields.timestamp(key.createdAt()));
    String agentId = key.agentId();
    if (agentId != null) {
      built.setAgentId(agentId);
    }
    NamespacePath defaultNamespace = key.defaultNamespace();
    if (defaultNamespace != null) {
      built.setDefaultNamespace(defaultNamespace.toString());
    }
    Instant expiresAt = key.expiresAt();
    if (expiresAt != null) {
      built.setExpiresAt(Fields.timestamp(expiresAt));
    }
    Instant revokedAt = key.revokedAt();
    if (revokedAt != null) {
      built.setRevokedAt(Fields.timestamp(revokedAt));
    }
    return built.build();
  }

  private static Grant grant(GrantSpec grant) {
    Grant.Builder built =
        Grant.newBuilder().addAllActions(grant.extraActions().stream().sorted().toList());
    NamespacePath namespace = grant.namespace();
    if (namespace != null) {
      built.setNamespace(namespace.toString());
    }
    String condition = grant.condition();
    if (condition != null) {
      built.setCondition(condition);
    }
    return built.build();
  }
}
