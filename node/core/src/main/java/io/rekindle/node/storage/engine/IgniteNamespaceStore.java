package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.TenantKeys;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.memory.OpenNamespaces;
import io.rekindle.node.storage.row.AvoidedPartitions;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.NamespaceRow;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.row.Transactions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/** The namespaces in Ignite: entries keyed by path. */
public final class IgniteNamespaceStore implements NamespaceStore {
  private final IgniteCache<String, NamespaceRow> namespaces;
  private final NamespacesOnDisk onDisk;
  private final AvoidedPartitions avoided;
  private final NamespaceNames names;
  private final IgniteWrappedKeyStore keys;
  private final Transactions transactions;
  private final Keyring keyring;
  private final DeleteNamespace deletes;
  private final RootKeys roots;
  private final InstantSource clock;

  IgniteNamespaceStore(
      Ignite ignite,
      NamespacesOnDisk onDisk,
      IgniteWrappedKeyStore keys,
      AvoidedPartitions avoided,
      Transactions transactions,
      TenantKeys tenants,
      Keyring keyring,
      NamespaceContents contents,
      OpenNamespaces open,
      ClosingNamespaces closing,
      InstantSource clock) {
    this.namespaces = Caches.cache(ignite, CacheName.NAMESPACE);
    this.onDisk = onDisk;
    this.avoided = avoided;
    this.names = new NamespaceNames(namespaces);
    this.keys = keys;
    this.transactions = transactions;
    this.keyring = keyring;
    this.deletes =
        new DeleteNamespace(
            namespaces,
            onDisk,
            names,
            keys,
            transactions,
            keyring,
            contents,
            open,
            closing,
            new SliceOwners(ignite));
    this.roots = new RootKeys(keys, transactions, tenants, keyring);
    this.clock = clock;
  }

  @Override
  public Namespace get(Pass pass, NamespacePath path) {
    requireCovered(pass, path);
    Namespace namespace = find(path);
    if (namespace == null) {
      throw notFound(path);
    }
    avoided.check(namespace);
    return namespace;
  }

  private static void requireCovered(Pass pass, NamespacePath path) {
    if (!pass.covers(path)) {
      throw new RekindleException(ErrorCode.PERMISSION_DENIED, "no grant covers this namespace");
    }
  }

  /** Its random id decides where it lives: nowhere near a damaged page. */
  private Namespace newNamespace(NamespacePath path, NamespaceSettings settings) {
    while (true) {
      NamespaceId id = NamespaceId.of(UUID.randomUUID());
      Namespace namespace = new Namespace(id, path, settings, Micros.truncate(clock.instant()), 1);
      if (!avoided.touch(namespace)) {
        return namespace;
      }
    }
  }

  private @Nullable Namespace find(NamespacePath path) {
    return onDisk.find(path);
  }

  @Override
  public Namespace open(Pass pass, NamespacePath path) {
    return opened(get(pass, path));
  }

  private Namespace opened(Namespace namespace) {
    keyring.unwrap(namespace.id());
    return namespace;
  }

  @Override
  public Namespace create(
      Pass pass, NamespacePath path, NamespaceSettings settings, @Nullable String customerKey) {
    pass.check(Action.NAMESPACE_WRITE, path);
    if (customerKey != null && !path.equals(path.root())) {
      throw RekindleException.invalid(
          TenantKeys.CUSTOMER_KEY,
          "a root namespace names the key of itself and of those below it");
    }
    Namespace namespace = newNamespace(path, settings);
    return transactions.run(
        () -> {
          RootKeys.Decided root = roots.decide(path.root(), customerKey);
          byte[] key = keyring.newWrappedNamespaceKey(namespace.id(), root.tenant());
          return () -> {
            // The root's key is the lock of everything that makes or deletes below it.
            if (!roots.putOrMatch(root)) {
              return null;
            }
            // Before its name is locked, hence before it in the WAL: see decision 0004.
            keys.putNamespaceKey(namespace, key);
            if (find(path) != null) {
              throw new RekindleException(
                  ErrorCode.NAMESPACE_EXISTS, "the namespace exists already");
            }
            namespaces.put(path.toString(), new NamespaceRow(namespace));
            return namespace;
          };
        });
  }

  /**
   * When the oldest namespace below some roots was made, which has a key that is as old as it is;
   * null when there is none. It is a scan.
   */
  public @Nullable Instant oldest(Predicate<NamespacePath> root) {
    Instant oldest = null;
    for (Cache.Entry<String, NamespaceRow> entry : namespaces) {
      NamespacePath path = NamespacePath.parse(entry.getKey());
      if (root.test(path.root())) {
        Instant made = entry.getValue().namespace(path).createdAt();
        oldest = oldest == null || made.isBefore(oldest) ? made : oldest;
      }
    }
    return oldest;
  }

  @Override
  public @Nullable String customerKey(Pass pass, NamespacePath path) {
    requireCovered(pass, path);
    WrappedTenantKey tenantKey = keys.findTenantKey(path.root());
    return tenantKey == null ? null : tenantKey.customerKey();
  }

  @Override
  public String rewrapTenantKey(Pass pass, NamespacePath root, @Nullable String customerKey) {
    pass.check(customerKey == null ? Action.KEY_REWRAP : Action.KEY_MOVE, root);
    if (!root.equals(root.root())) {
      throw RekindleException.invalid(
          "namespace", "a root namespace has a key of its own, or none");
    }
    return roots.rewrap(root, customerKey);
  }

  /**
   * Has the keys of all namespaces that the cluster key wraps wrapped by its generation in use; for
   * it to be called after each node has that one. May be repeated.
   *
   * @return how many
   */
  public int rewrapAll(Pass pass) {
    pass.checkRoot(Action.KEY_REPLACE);
    return roots.rewrapAll();
  }

  @Override
  public Page<Namespace> list(
      Pass pass, @Nullable NamespacePath below, int pageSize, @Nullable NamespacePath after) {
    IgniteApiKeyStore.requireAllowed(pass, Action.NAMESPACE_READ, Action.NAMESPACE_WRITE);
    return covered(pass, below, pageSize, after);
  }

  @Override
  public List<Namespace> resolve(Pass pass, NamespaceSelector selector) {
    NamespacePath prefix = selector.prefix();
    if (prefix == null) {
      return selector.named().stream().map(path -> open(pass, path)).toList();
    }
    Page<Namespace> page = covered(pass, prefix, Limits.NAMESPACES_PER_REQUEST_MAX, null);
    if (page.more()) {
      throw RekindleException.overLimit(
          "namespaces",
          Limits.NAMESPACES_PER_REQUEST_MAX + 1L,
          Limits.NAMESPACES_PER_REQUEST_MAX,
          "namespaces");
    }
    page.items().forEach(this::opened);
    return page.items();
  }

  private Page<Namespace> covered(
      Pass pass, @Nullable NamespacePath below, int pageSize, @Nullable NamespacePath after) {
    List<Namespace> covered = new ArrayList<>();
    boolean more =
        names.walk(
            below,
            after,
            (path, row) -> {
              if (pass.covers(path)) {
                if (covered.size() == pageSize) {
                  return false;
                }
                covered.add(row.namespace(path));
              }
              return true;
            });
    return new Page<>(covered, more);
  }

  @Override
  public long delete(Pass pass, NamespacePath path, boolean withMemories) {
    pass.check(Action.NAMESPACE_WRITE, path);
    return deletes.delete(get(pass, path), withMemories);
  }

  @Override
  public int resumeDeletes(Pass pass) {
    pass.checkRoot(Action.NAMESPACE_WRITE);
    return deletes.resume();
  }

  static RekindleException notFound(NamespacePath path) {
    return new RekindleException(
        ErrorCode.NAMESPACE_NOT_FOUND,
        "there is no such namespace",
        Map.of("namespace", path.toString()));
  }
}
