package io.rekindle.node.storage.engine;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.memory.NamespacesById;
import io.rekindle.node.storage.row.AvoidedPartitions;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.NamespaceRow;
import java.util.Set;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/** Reads namespaces by path and by id. */
final class NamespacesOnDisk implements NamespacesById {
  private final IgniteCache<String, NamespaceRow> namespaces;
  private final IgniteWrappedKeyStore keys;
  private final AvoidedPartitions avoided;
  private final ClosingNamespaces closing;
  private final Keyring keyring;

  NamespacesOnDisk(
      Ignite ignite,
      IgniteWrappedKeyStore keys,
      AvoidedPartitions avoided,
      ClosingNamespaces closing,
      Keyring keyring) {
    this.namespaces = Caches.cache(ignite, CacheName.NAMESPACE);
    this.keys = keys;
    this.avoided = avoided;
    this.closing = closing;
    this.keyring = keyring;
  }

  @Override
  public boolean isClosing(Namespace namespace) {
    return closing.isClosing(namespace);
  }

  @Override
  public @Nullable Namespace find(NamespaceId id) {
    NamespacePath path = keys.findPath(id);
    Namespace namespace = path == null ? null : find(path);
    return namespace != null && namespace.id().equals(id) && !avoided.touch(namespace)
        ? namespace
        : null;
  }

  @Override
  public boolean isLocked(Namespace namespace) {
    try {
      keyring.unwrap(namespace.id());
      return false;
    } catch (RekindleException e) {
      // Whatever else is wrong with the key is said by who needs it.
      return e.code() == ErrorCode.KEY_REVOKED;
    }
  }

  @Override
  public Set<Integer> avoidedPartitions() {
    return avoided.partitions();
  }

  @Nullable Namespace find(NamespacePath path) {
    NamespaceRow row = namespaces.get(path.toString());
    return row == null ? null : row.namespace(path);
  }
}
