package io.rekindle.node.storage.row;

import io.rekindle.node.authn.ScramVerifier;
import io.rekindle.node.authn.StoredApiKey;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.NamespacePath;
import org.jspecify.annotations.Nullable;

/** An API key on disk, without its secret. */
public final class ApiKeyRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final String displayName;
  private final byte scope;
  private final @Nullable String agentId;
  private final @Nullable String defaultNamespace;
  private final byte[] mac;
  private final byte[] scramSalt;
  private final int scramIterations;
  private final byte[] scramStoredKey;
  private final byte[] scramServerKey;
  private final long createdAtMicros;
  private final @Nullable Long expiresAtMicros;
  private final @Nullable Long revokedAtMicros;

  public ApiKeyRow(StoredApiKey key) {
    this.format = FORMAT;
    NamespacePath namespace = key.defaultNamespace();
    this.displayName = key.displayName();
    this.scope = Codes.of(key.scope());
    this.agentId = key.agentId();
    this.defaultNamespace = namespace == null ? null : namespace.toString();
    this.mac = key.mac();
    this.scramSalt = key.scram().salt();
    this.scramIterations = key.scram().iterations();
    this.scramStoredKey = key.scram().storedKey();
    this.scramServerKey = key.scram().serverKey();
    this.createdAtMicros = Micros.of(key.createdAt());
    this.expiresAtMicros = Micros.ofNullable(key.expiresAt());
    this.revokedAtMicros = Micros.ofNullable(key.revokedAt());
  }

  public StoredApiKey key(ApiKeyId id) {
    Formats.requireKnown(format, FORMAT);
    return new StoredApiKey(
        id,
        displayName,
        Codes.keyScope(scope),
        agentId,
        defaultNamespace == null ? null : NamespacePath.parse(defaultNamespace),
        mac,
        new ScramVerifier(scramSalt, scramIterations, scramStoredKey, scramServerKey),
        Micros.toInstant(createdAtMicros),
        Micros.toNullable(expiresAtMicros),
        Micros.toNullable(revokedAtMicros));
  }
}
