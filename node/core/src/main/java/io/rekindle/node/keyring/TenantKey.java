package io.rekindle.node.keyring;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NamespacePath;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The key of one tenant, unwrapped: it wraps the data keys of a root namespace, and those below it.
 *
 * <p>What it has unwrapped is used as long as it is open: {@link #close()} ends that at once, for
 * all threads, also for data keys that were unwrapped before. Thread-safe.
 */
public final class TenantKey implements AutoCloseable {
  private final NamespacePath root;
  private volatile @Nullable KeyWrapper wrapper;

  /** Wipes {@code secret}. */
  TenantKey(UUID clusterId, NamespacePath root, byte[] salt, byte[] secret) {
    this.root = root;
    this.wrapper =
        KeyWrapper.ofTenant(clusterId, ClusterKey.derive(secret, salt, "rekindle/1/tenant/wrap"));
    Arrays.fill(secret, (byte) 0);
  }

  /** Whether it may be used. */
  public boolean isOpen() {
    return wrapper != null;
  }

  /**
   * @throws RekindleException KEY_REVOKED when it was closed
   */
  KeyWrapper wrapper() {
    KeyWrapper open = wrapper;
    if (open == null) {
      throw revoked(root);
    }
    return open;
  }

  /** What is answered to whoever needs the key of a tenant while it is not to be had. */
  public static RekindleException revoked(NamespacePath root) {
    return new RekindleException(
        ErrorCode.KEY_REVOKED,
        "the customer's key of this namespace is revoked, or out of reach",
        Map.of("namespace", root.toString()));
  }

  @Override
  public void close() {
    wrapper = null;
  }

  @Override
  public String toString() {
    return "TenantKey[" + root + "]";
  }
}
