package io.rekindle.node.storage.engine;

import io.rekindle.node.keyring.WrappedKeySource;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DataKeyRow;
import java.util.UUID;
import java.util.function.BiConsumer;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * The wrapped keys of namespaces and roots: entries keyed by a namespace's id ({@code UUID}) and by
 * a root's path ({@code String}). They are worthless without the cluster key.
 */
public final class IgniteWrappedKeyStore implements WrappedKeySource {
  private final IgniteCache<Object, DataKeyRow> keys;

  public IgniteWrappedKeyStore(Ignite ignite) {
    this.keys = Caches.cache(ignite, CacheName.DATA_KEY);
  }

  @Override
  public byte @Nullable [] findWrappedKey(NamespaceId id) {
    return wrapped(keys.get(id.value()));
  }

  @Override
  public byte @Nullable [] findWrappedRootKey(NamespacePath root) {
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

  void putRootKey(NamespacePath root, byte[] wrapped) {
    keys.put(root.toString(), new DataKeyRow(root, 0, wrapped));
  }

  void removeNamespaceKey(NamespaceId id) {
    keys.remove(id.value());
  }

  void removeRootKey(NamespacePath root) {
    keys.remove(root.toString());
  }

  private static byte @Nullable [] wrapped(@Nullable DataKeyRow row) {
    return row == null ? null : row.wrapped();
  }
}
