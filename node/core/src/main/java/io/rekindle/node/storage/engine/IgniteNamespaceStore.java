package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.NamespaceRow;
import io.rekindle.node.storage.row.Transactions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/** The namespaces in Ignite: entries keyed by path. */
public final class IgniteNamespaceStore implements NamespaceStore {
  private final IgniteCache<String, NamespaceRow> namespaces;
  private final NamespacesOnDisk onDisk;
  private final NamespaceNames names;
  private final IgniteWrappedKeyStore keys;
  private final Transactions transactions;
  private final Keyring keyring;
  private final NamespaceContents contents;
  private final InstantSource clock;

  IgniteNamespaceStore(
      Ignite ignite,
      IgniteWrappedKeyStore keys,
      Transactions transactions,
      Keyring keyring,
      NamespaceContents contents,
      InstantSource clock) {
    this.namespaces = Caches.cache(ignite, CacheName.NAMESPACE);
    this.onDisk = new NamespacesOnDisk(ignite, keys);
    this.names = new NamespaceNames(namespaces);
    this.keys = keys;
    this.transactions = transactions;
    this.keyring = keyring;
    this.contents = contents;
    this.clock = clock;
  }

  @Override
  public Namespace get(Pass pass, NamespacePath path) {
    if (!pass.covers(path)) {
      throw new RekindleException(ErrorCode.PERMISSION_DENIED, "no grant covers this namespace");
    }
    Namespace namespace = find(path);
    if (namespace == null) {
      throw notFound(path);
    }
    return namespace;
  }

  private @Nullable Namespace find(NamespacePath path) {
    return onDisk.find(path);
  }

  @Override
  public Namespace create(Pass pass, NamespacePath path, NamespaceSettings settings) {
    pass.check(Action.NAMESPACE_WRITE, path);
    NamespaceId id = NamespaceId.of(UUID.randomUUID());
    NamespacePath root = path.root();
    Namespace namespace = new Namespace(id, path, settings, Micros.truncate(clock.instant()), 1);
    byte[] key = keyring.newWrappedNamespaceKey(id);
    byte[] rootKey = keyring.newWrappedRootKey(root);
    return transactions.run(
        () ->
            () -> {
              // The root's key is the lock of everything that makes or deletes below it.
              boolean rootIsNew = keys.findWrappedRootKey(root) == null;
              if (find(path) != null) {
                throw new RekindleException(
                    ErrorCode.NAMESPACE_EXISTS, "the namespace exists already");
              }
              if (rootIsNew) {
                keys.putRootKey(root, rootKey);
              }
              keys.putNamespaceKey(id.value(), path, key);
              namespaces.put(path.toString(), new NamespaceRow(namespace));
              return namespace;
            });
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
      return selector.named().stream().map(path -> get(pass, path)).toList();
    }
    Page<Namespace> page = covered(pass, prefix, Limits.NAMESPACES_PER_REQUEST_MAX, null);
    if (page.more()) {
      throw RekindleException.overLimit(
          "namespaces",
          Limits.NAMESPACES_PER_REQUEST_MAX + 1L,
          Limits.NAMESPACES_PER_REQUEST_MAX,
          "namespaces");
    }
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
    Namespace namespace = get(pass, path);
    checkNoChildren(path);
    if (!withMemories && !contents.isEmpty(namespace)) {
      throw notEmpty("the namespace holds memories or agent state");
    }
    long deleted = withMemories ? contents.deleteMemories(namespace) : 0;
    removeName(namespace, withMemories);
    // Requests that resolved the namespace before may have stored since; nobody resolves it now.
    deleted += contents.deleteMemories(namespace);
    contents.deleteRest(namespace);
    keys.removeNamespaceKey(namespace.id().value());
    keyring.forget(namespace.id());
    return deleted;
  }

  private void removeName(Namespace namespace, boolean withMemories) {
    NamespacePath path = namespace.path();
    transactions.run(
        () ->
            () -> {
              if (keys.findWrappedRootKey(path.root()) == null || find(path) == null) {
                throw notFound(path);
              }
              namespaces.remove(path.toString());
              return true;
            });
    if (!withMemories && !contents.isEmpty(namespace)) {
      // A store came in between: what was promised to be empty is not, so the name comes back.
      namespaces.put(path.toString(), new NamespaceRow(namespace));
      throw notEmpty("the namespace holds memories or agent state");
    }
  }

  private void checkNoChildren(NamespacePath path) {
    boolean more = names.walk(path, path, (_, _) -> false);
    if (more) {
      throw notEmpty("the namespace has namespaces below it");
    }
  }

  private static RekindleException notEmpty(String text) {
    return new RekindleException(ErrorCode.NAMESPACE_NOT_EMPTY, text);
  }

  private static RekindleException notFound(NamespacePath path) {
    return new RekindleException(
        ErrorCode.NAMESPACE_NOT_FOUND,
        "there is no such namespace",
        java.util.Map.of("namespace", path.toString()));
  }
}
