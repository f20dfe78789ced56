package io.rekindle.node.keyring;

import io.rekindle.node.kms.KeyManagementService;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.UUID;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The 256-bit key of a cluster, unwrapped: never used itself, only the source of one sub-key for
 * each use (HKDF-SHA-256, RFC 5869; salt: cluster id, info: label).
 *
 * <p>Safe for use by many threads. {@link #close()} wipes it; sub-keys handed out live on.
 */
public final class ClusterKey implements AutoCloseable {
  static final int BYTES = 32;

  /** What a sub-key is for; the label is part of the derivation and never changes. */
  public enum Use {
    /** Wraps Ignite's group keys. */
    PAGE("page"),
    /** Wraps data keys of namespaces and keys of root namespaces. */
    NAMESPACE("namespace"),
    FILE("file"),
    AUDIT("audit"),
    /** Of the HMAC over API key secrets. */
    PEPPER("pepper"),
    /** Seals page tokens. */
    TOKEN("token"),
    /** Authenticates passes between nodes. */
    SESSION("session"),
    /** Seals manifests of backups. */
    BACKUP("backup"),
    /** Marks a data folder as this cluster's. */
    FOLDER("folder");

    private final String label;

    Use(String label) {
      this.label = label;
    }
  }

  private final UUID clusterId;
  private final byte[] secret;
  private volatile boolean closed;

  /** Takes ownership of {@code secret}. */
  ClusterKey(UUID clusterId, byte[] secret) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("a cluster key has 32 bytes");
    }
    this.clusterId = clusterId;
    this.secret = secret;
  }

  public UUID clusterId() {
    return clusterId;
  }

  /**
   * The sub-key for {@code use}, 32 bytes; the caller owns the array and wipes it.
   *
   * @throws IllegalStateException when this key was closed: what is derived from zeros is no secret
   */
  public byte[] derive(Use use) {
    byte[] derived = derive(secret, Parts.of(clusterId), "rekindle/1/cluster/" + use.label);
    requireOpen(); // Afterwards: it may have been closed while the secret was read.
    return derived;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the cluster key was closed");
    }
  }

  /** HKDF-SHA-256 to 32 bytes. */
  static byte[] derive(byte[] secret, byte[] salt, String info) {
    try {
      HKDFParameterSpec parameters =
          HKDFParameterSpec.ofExtract()
              .addIKM(secret)
              .addSalt(salt)
              .thenExpand(info.getBytes(StandardCharsets.UTF_8), BYTES);
      return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HKDF-SHA256", e);
    }
  }

  /** Whether it is the same key; in a time that tells nothing. */
  public boolean isSame(ClusterKey other) {
    return clusterId.equals(other.clusterId) && MessageDigest.isEqual(secret, other.secret);
  }

  /** Wraps it by the customer's key. */
  byte[] wrap(KeyManagementService kms, byte[] associatedData) {
    requireOpen();
    return kms.wrap(secret, associatedData);
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(secret, (byte) 0);
  }

  @Override
  public String toString() {
    return "ClusterKey[" + clusterId + "]";
  }
}
