package io.rekindle.node.keyring;

import io.rekindle.node.model.NamespacePath;
import org.jspecify.annotations.Nullable;

/** The keys of tenants, while their customers allow it. Safe for use by many threads. */
public interface TenantKeys {
  /** The field of requests that names a customer's key. */
  String CUSTOMER_KEY = "customer_key";

  /**
   * The key of a root namespace that has one of its own. Waits for the customer's key the first
   * time, in bounds; asks nobody afterwards.
   *
   * @throws io.rekindle.node.error.RekindleException KEY_REVOKED while the customer's key is not to
   *     be had; NOT_READY when the root has just gone
   */
  TenantKey get(NamespacePath root);

  /** The name of the customer's key of a new root namespace that names none; null for none. */
  @Nullable String defaultCustomerKey();

  /**
   * A new key for a root namespace, wrapped; asks the customer's key.
   *
   * @param customerKey as the configuration of the nodes names it
   * @throws io.rekindle.node.error.RekindleException INVALID_ARGUMENT when it names none that
   *     works; KEY_REVOKED; NOT_READY when the customer's key is out of reach
   */
  Made make(NamespacePath root, String customerKey);

  /**
   * The same key, wrapped anew under the newest version of the customer's key, or by another key of
   * the customer's.
   *
   * @param customerKey the other; null for the same
   * @throws io.rekindle.node.error.RekindleException as {@link #make}
   */
  WrappedTenantKey rewrap(
      NamespacePath root, WrappedTenantKey wrapped, @Nullable String customerKey);

  /** A key that was just made, and its wrapping, to be kept. */
  record Made(WrappedTenantKey wrapped, TenantKey key) {}
}
