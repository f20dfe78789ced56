package io.rekindle.node.storage.engine;

import io.rekindle.node.keyring.WrappedKey;
import io.rekindle.node.keyring.WrappedKeySource;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DataKeyRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * The wrapped keys of namespaces and roots: entries keyed by a namespace's id ({@code UUID}) and by
 * a root's path ({@code String}). They are worthless without the cluster key, or without that of
 * the tenant's customer.
 */
public final class IgniteWrappedKeyStore implements WrappedKeySource {
  private final IgniteCache<Object, DataKeyRow> keys;

  public IgniteWrappedKeyStore(Ignite ignite) {
    this.keys = Caches.cache(ignite, CacheName.DATA_KEY);
  }

  @Override
  public @Nullable WrappedKey findWrappedKey(NamespaceId id) {
    return wrapped(keys.get(id.value()));
  }

  @Override
  public @Nullable WrappedKey findWrappedRootKey(NamespacePath root) {
    return wrapped(keys.get(root.toString()));
  }

  /** Where a namespace id leads, or null when the namespace was deleted. */
  @Nullable NamespacePath findPath(NamespaceId id) {
    DataKeyRow row = find(id);
    return row == null ? null : row.path();
  }

  /** The key of a namespace, or null when there is none (any more). */
  @Nullable DataKeyRow find(NamespaceId id) {
    return keys.get(id.value());
  }

  /** Visits the keys of all namespaces; it is a scan. */
  void forEachNamespaceKey(BiConsumer<NamespaceId, DataKeyRow> visitor) {
    for (Cache.Entry<Object, DataKeyRow> entry : keys) {
      if (entry.getKey() instanceof UUID id) {
        visitor.accept(new NamespaceId(id), entry.getValue());
      }
    }
  }

  void putNamespaceKey(Namespace namespace, byte[] wrapped) {
    keys.put(
        namespace.id().value(),
        new DataKeyRow(namespace.path(), namespace.settings().slices(), wrapped));
  }

  /**
   * Keeps the keys of a root, for its first namespace.
   *
   * @param tenantKey the tenant's own, which has wrapped the other; null when the cluster's has
   */
  void putRootKey(NamespacePath root, byte[] wrapped, @Nullable WrappedTenantKey tenantKey) {
    keys.put(root.toString(), new DataKeyRow(root, wrapped, tenantKey));
  }

  /**
   * Inside a transaction: counts one more namespace below a root.
   *
   * @param tenantKey what the root is to have; null for none
   * @return false when it has another by now, or is gone
   */
  boolean countNamespace(NamespacePath root, @Nullable WrappedTenantKey tenantKey) {
    DataKeyRow row = keys.get(root.toString());
    if (row == null || !Objects.equals(id(row.tenantKey()), id(tenantKey))) {
      return false;
    }
    if (row.namespaces() > 0) {
      keys.put(root.toString(), row.with(row.namespaces() + 1));
    }
    return true;
  }

  private static @Nullable Long id(@Nullable WrappedTenantKey key) {
    return key == null ? null : key.id();
  }

  /** The own key of the tenant that a root namespace is, or null when it has none. */
  public @Nullable WrappedTenantKey findTenantKey(NamespacePath root) {
    DataKeyRow row = keys.get(root.toString());
    return row == null ? null : row.tenantKey();
  }

  /** The ids of all namespaces ({@code UUID}) and paths of all roots ({@code String}); a scan. */
  List<Object> owners() {
    List<Object> owners = new ArrayList<>();
    for (Cache.Entry<Object, DataKeyRow> entry : keys) {
      owners.add(entry.getKey());
    }
    return owners;
  }

  /** The key of an owner as {@link #owners} names it, or null when there is none (any more). */
  @Nullable WrappedKey findWrapped(Object owner) {
    return wrapped(keys.get(owner));
  }

  /**
   * Inside a transaction: puts the same key, wrapped anew, into the place of another wrapping.
   *
   * @return whether that was there
   */
  boolean replaceWrapped(Object owner, byte[] before, byte[] after) {
    DataKeyRow row = keys.get(owner);
    if (row == null || !Arrays.equals(row.wrapped().bytes(), before)) {
      return false;
    }
    keys.put(owner, row.rewrapped(after));
    return true;
  }

  /** Puts the same key, wrapped anew, into the place of another wrapping. */
  boolean replaceTenantKey(NamespacePath root, WrappedTenantKey before, WrappedTenantKey after) {
    DataKeyRow row = keys.get(root.toString());
    WrappedTenantKey now = row == null ? null : row.tenantKey();
    if (row == null || now == null || !Arrays.equals(now.wrapped(), before.wrapped())) {
      return false;
    }
    keys.put(root.toString(), row.with(after));
    return true;
  }

  /**
   * How many keys there are.
   *
   * @param namespaces of namespaces
   * @param roots of root namespaces
   */
  public record Count(int namespaces, int roots) {}

  /** Of all keys, as {@link #owners} has them, those below some roots; it is a scan. */
  public Count count(Predicate<NamespacePath> root) {
    int namespaces = 0;
    int roots = 0;
    for (Cache.Entry<Object, DataKeyRow> entry : keys) {
      if (!root.test(entry.getValue().path().root())) {
        continue;
      }
      if (entry.getKey() instanceof UUID) {
        namespaces++;
      } else {
        roots++;
      }
    }
    return new Count(namespaces, roots);
  }

  /** The root namespaces with a key of their own, whether it opens something or not; a scan. */
  public Set<NamespacePath> roots() {
    Set<NamespacePath> roots = new HashSet<>();
    for (Cache.Entry<Object, DataKeyRow> entry : keys) {
      if (entry.getValue().tenantKey() != null) {
        roots.add(entry.getValue().path());
      }
    }
    return roots;
  }

  /**
   * The root namespaces with a key of their own, and with something that it opens; it is a scan.
   * The row of a root whose namespaces nobody has counted stays when the last of them goes.
   */
  public Set<NamespacePath> tenants() {
    Set<NamespacePath> tenants = new HashSet<>();
    Set<NamespacePath> used = new HashSet<>();
    for (Cache.Entry<Object, DataKeyRow> entry : keys) {
      if (entry.getKey() instanceof UUID) {
        used.add(entry.getValue().path().root());
      } else if (entry.getValue().tenantKey() != null) {
        tenants.add(entry.getValue().path());
      }
    }
    tenants.retainAll(used);
    return tenants;
  }

  /**
   * Inside a transaction: removes the key of a namespace, and with the last one the keys of its
   * root, so that whoever makes the root anew decides anew. That it was the last is known by the
   * root's count alone: every create and every removal changes it under the lock of the root's row,
   * while other rows of a transaction that has just ended may not be seen here yet. A count that is
   * too high leaves the keys where they are. So the namespace's key is locked first here, and the
   * root's in a create: of a transaction that a kill has cut, a beginning is left (decision 0004).
   *
   * @param isUsed whether a root has namespaces, as far as is seen here: then its count was wrong,
   *     and counts no more
   * @return whether the keys of the root went, too
   */
  boolean removeNamespaceKey(NamespaceId id, Predicate<NamespacePath> isUsed) {
    DataKeyRow key = keys.getAndRemove(id.value());
    if (key == null) {
      return false;
    }
    NamespacePath root = key.path().root();
    DataKeyRow row = keys.get(root.toString());
    if (row == null || row.namespaces() == 0) {
      return false;
    }
    if (row.namespaces() == 1 && !isUsed.test(root)) {
      return keys.remove(root.toString());
    }
    keys.put(root.toString(), row.with(row.namespaces() - 1));
    return false;
  }

  private static @Nullable WrappedKey wrapped(@Nullable DataKeyRow row) {
    return row == null ? null : row.wrapped();
  }
}
