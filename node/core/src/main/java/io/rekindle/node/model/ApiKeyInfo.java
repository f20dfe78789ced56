package io.rekindle.node.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An API key as it may be shown: everything but its secret. */
public record ApiKeyInfo(
    ApiKeyId id,
    String displayName,
    KeyScope scope,
    @Nullable String agentId,
    @Nullable NamespacePath defaultNamespace,
    List<GrantSpec> grants,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {
  public ApiKeyInfo {
    grants = List.copyOf(grants);
  }
}
