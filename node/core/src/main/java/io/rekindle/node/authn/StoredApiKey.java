package io.rekindle.node.authn;

import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An API key as it is kept: nothing here brings its secret back.
 *
 * @param mac HMAC-SHA-256 over id and secret under the pepper, 32 bytes; not to be changed
 * @param scram proves the same secret in a challenge and response
 * @param revokedAt when it was ended, or null while it is good
 */
public record StoredApiKey(
    ApiKeyId id,
    String displayName,
    KeyScope scope,
    @Nullable String agentId,
    @Nullable NamespacePath defaultNamespace,
    byte[] mac,
    ScramVerifier scram,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {

  /** Whether the key has ended by itself. */
  public boolean expiredAt(Instant now) {
    return expiresAt != null && !expiresAt.isAfter(now);
  }

  /** The principal that this key stands for. */
  public Principal principal() {
    return new Principal(id, displayName, scope, agentId, defaultNamespace, expiresAt);
  }

  @Override
  public String toString() {
    return "StoredApiKey[" + id + "]";
  }
}
