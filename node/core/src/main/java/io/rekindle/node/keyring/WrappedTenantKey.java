package io.rekindle.node.keyring;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.model.NamespacePath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/**
 * The key of one tenant at rest: wrapped by a key of its customer's, and by nothing else.
 *
 * <p>Bound to it are the cluster, the root namespace and the key's id. The commitment tells the key
 * from any other that a provider may give. Immutable; the arrays are not copied.
 *
 * @param customerKey the name of the customer's key in the configuration of the nodes
 * @param id random; the same as long as the key is
 * @param commitment derived from the key, 32 bytes
 * @param wrapped by the provider
 * @param madeAt when the key was, by the clock of a node
 * @param wrappedAt when it was wrapped so
 */
public record WrappedTenantKey(
    String customerKey,
    long id,
    byte[] commitment,
    byte[] wrapped,
    Instant madeAt,
    Instant wrappedAt) {
  private static final int KEY_BYTES = 32;
  private static final byte FORMAT = 1;
  private static final byte[] LABEL = "rekindle tenant key".getBytes(StandardCharsets.US_ASCII);

  /** Whose key it is. */
  public record Tenant(UUID clusterId, NamespacePath root) {}

  /**
   * Makes a key.
   *
   * @throws KeyManagementException when the provider does not wrap it and unwrap it again
   */
  public static WrappedTenantKey make(
      Tenant tenant, String customerKey, KeyManagementService kms, Instant now) {
    SecureRandom random = new SecureRandom();
    byte[] secret = new byte[KEY_BYTES];
    random.nextBytes(secret);
    try {
      return wrap(tenant, customerKey, random.nextLong(), secret, kms, now, now);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static WrappedTenantKey wrap(
      Tenant tenant,
      String customerKey,
      long id,
      byte[] secret,
      KeyManagementService kms,
      Instant madeAt,
      Instant now) {
    byte[] commitment = commitment(id, secret);
    byte[] wrapped = kms.wrap(secret, associatedData(tenant, id));
    WrappedTenantKey made = new WrappedTenantKey(customerKey, id, commitment, wrapped, madeAt, now);
    made.unwrap(tenant, kms).close(); // What can't be unwrapped again is never written.
    return made;
  }

  /**
   * Unwraps it.
   *
   * @throws KeyManagementException when the provider refuses, is not reached, or gives another key
   */
  public TenantKey unwrap(Tenant tenant, KeyManagementService kms) {
    return new TenantKey(tenant.clusterId(), tenant.root(), salt(id), secret(tenant, kms));
  }

  /**
   * The same key, wrapped anew.
   *
   * @param current who unwraps it now
   * @param next who wraps it from now on, under the newest version of its key; may be {@code
   *     current}
   * @throws KeyManagementException when one of the two does not do its part
   */
  public WrappedTenantKey rewrapped(
      Tenant tenant,
      KeyManagementService current,
      String nextCustomerKey,
      KeyManagementService next,
      Instant now) {
    byte[] secret = secret(tenant, current);
    try {
      return wrap(tenant, nextCustomerKey, id, secret, next, madeAt, now);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private byte[] secret(Tenant tenant, KeyManagementService kms) {
    byte[] secret = kms.unwrap(wrapped, associatedData(tenant, id));
    if (secret.length != KEY_BYTES || !MessageDigest.isEqual(commitment, commitment(id, secret))) {
      Arrays.fill(secret, (byte) 0);
      throw new KeyManagementException(Probe.UNREACHABLE, "it gives another key", null);
    }
    return secret;
  }

  private static byte[] commitment(long id, byte[] secret) {
    return ClusterKey.derive(secret, salt(id), "rekindle/1/tenant/commitment");
  }

  private static byte[] salt(long id) {
    return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
  }

  private static byte[] associatedData(Tenant tenant, long id) {
    return Parts.join(
        LABEL,
        new byte[] {FORMAT},
        Parts.of(tenant.clusterId()),
        tenant.root().toString().getBytes(StandardCharsets.US_ASCII),
        salt(id));
  }
}
