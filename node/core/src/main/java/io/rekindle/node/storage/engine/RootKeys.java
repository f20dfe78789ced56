package io.rekindle.node.storage.engine;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.TenantKey;
import io.rekindle.node.keyring.TenantKeys;
import io.rekindle.node.keyring.WrappedKey;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.Transactions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of root namespaces: that of subjects, and the tenant's own, which is decided with the
 * first namespace below the root, and stays the same key until the last one is gone. Customers'
 * keys are asked outside of transactions. Thread-safe.
 */
final class RootKeys {
  private final IgniteWrappedKeyStore keys;
  private final Transactions transactions;
  private final TenantKeys tenants;
  private final Keyring keyring;
  private final Set<NamespacePath> rewrapping = ConcurrentHashMap.newKeySet();

  RootKeys(
      IgniteWrappedKeyStore keys, Transactions transactions, TenantKeys tenants, Keyring keyring) {
    this.keys = keys;
    this.transactions = transactions;
    this.tenants = tenants;
    this.keyring = keyring;
  }

  /**
   * What a root has, or is to have with its first namespace.
   *
   * @param newKey of a root that is new, wrapped
   * @param wrappedTenant the tenant's own key; null when the cluster's wraps those of the root
   * @param tenant the same, unwrapped
   */
  record Decided(
      NamespacePath root,
      byte @Nullable [] newKey,
      @Nullable WrappedTenantKey wrappedTenant,
      @Nullable TenantKey tenant) {}

  /**
   * Outside of a transaction: the keys under which a namespace is made.
   *
   * @param customerKey the customer's key that the root is to have; null for what it has
   * @throws RekindleException INVALID_ARGUMENT when it has another
   */
  Decided decide(NamespacePath root, @Nullable String customerKey) {
    if (keys.findWrappedRootKey(root) != null) {
      WrappedTenantKey known = keys.findTenantKey(root);
      requireSame(known, customerKey);
      return new Decided(root, null, known, known == null ? null : tenants.get(root));
    }
    String name = customerKey == null ? tenants.defaultCustomerKey() : customerKey;
    if (name == null) {
      return new Decided(root, keyring.newWrappedRootKey(root, null), null, null);
    }
    TenantKeys.Made made = tenants.make(root, name);
    return new Decided(
        root, keyring.newWrappedRootKey(root, made.key()), made.wrapped(), made.key());
  }

  private static void requireSame(@Nullable WrappedTenantKey known, @Nullable String customerKey) {
    if (customerKey == null || (known != null && known.customerKey().equals(customerKey))) {
      return;
    }
    throw RekindleException.invalid(
        TenantKeys.CUSTOMER_KEY,
        known == null
            ? "the root namespace has no key of its own: it gets one with its first namespace"
            : "the root namespace has another customer's key");
  }

  /**
   * Inside a transaction, for a namespace that is made by it: locks the root's row, makes it if it
   * is to be made, and says whether it is as it was when that was decided.
   */
  boolean putOrMatch(Decided decided) {
    byte[] newKey = decided.newKey();
    if (newKey == null) {
      return keys.countNamespace(decided.root(), decided.wrappedTenant());
    }
    if (keys.findWrappedRootKey(decided.root()) != null) {
      return false;
    }
    keys.putRootKey(decided.root(), newKey, decided.wrappedTenant());
    return true;
  }

  /**
   * Has a tenant's own key wrapped anew; one request at a time, so that nobody floods a customer.
   *
   * @return the name of the customer's key that has wrapped it
   * @throws RekindleException NAMESPACE_NOT_FOUND; INVALID_ARGUMENT when the root has none;
   *     NOT_READY when another request does the same
   */
  String rewrap(NamespacePath root, @Nullable String customerKey) {
    if (keys.findWrappedRootKey(root) == null) {
      throw IgniteNamespaceStore.notFound(root);
    }
    WrappedTenantKey before = keys.findTenantKey(root);
    if (before == null) {
      throw RekindleException.invalid(
          "namespace", "the root namespace has no key of its own: the cluster's wraps it");
    }
    if (!rewrapping.add(root)) {
      throw contended();
    }
    try {
      WrappedTenantKey after = tenants.rewrap(root, before, customerKey);
      if (!transactions.run(() -> () -> keys.replaceTenantKey(root, before, after))) {
        throw contended();
      }
      return after.customerKey();
    } finally {
      rewrapping.remove(root);
    }
  }

  /**
   * Has all keys of namespaces and roots that the cluster key wraps wrapped by its generation in
   * use: each in a transaction of its own, so that what is cut short is done again.
   *
   * @return how many
   * @throws RekindleException of the first that was not, after all others were
   */
  int rewrapAll() {
    int rewrapped = 0;
    RekindleException failure = null;
    for (Object owner : keys.owners()) {
      try {
        // Gone meanwhile, or made anew, is as good.
        if (Boolean.TRUE.equals(transactions.run(() -> rewrap(owner)))) {
          rewrapped++;
        }
      } catch (RekindleException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return rewrapped;
  }

  private Transactions.Attempt<Boolean> rewrap(Object owner) {
    WrappedKey before = keys.findWrapped(owner);
    byte[] after =
        switch (owner) {
          case UUID id when before != null ->
              keyring.rewrapNamespaceKey(new NamespaceId(id), before);
          case String root when before != null ->
              keyring.rewrapRootKey(NamespacePath.parse(root), before);
          default -> null;
        };
    if (before == null || after == null) {
      return () -> Boolean.FALSE;
    }
    return () -> keys.replaceWrapped(owner, before.bytes(), after) ? Boolean.TRUE : null;
  }

  private static RekindleException contended() {
    return new RekindleException(
        ErrorCode.NOT_READY, "another request wraps the key anew, try again");
  }
}
