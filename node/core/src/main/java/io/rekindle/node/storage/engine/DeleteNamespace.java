package io.rekindle.node.storage.engine;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.memory.OpenNamespaces;
import io.rekindle.node.storage.row.DataKeyRow;
import io.rekindle.node.storage.row.NamespaceRow;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.row.Transactions;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a namespace, and ends the deletes that were cut short. Thread-safe.
 *
 * <p>A delete is decided in one transaction, which takes the name away while no write is in flight
 * on any node ({@link ClosingNamespaces}, {@link OpenNamespaces}); from then on the path is free
 * and the id leads nowhere. Its contents follow, and last its key, with which those of its root go
 * when it was the last below that. So a key without its namespace is the mark of a delete that was
 * cut short, or of a create that was: {@link #resume} ends both.
 */
final class DeleteNamespace {
  private final IgniteCache<String, NamespaceRow> namespaces;
  private final NamespacesOnDisk onDisk;
  private final NamespaceNames names;
  private final IgniteWrappedKeyStore keys;
  private final Transactions transactions;
  private final Keyring keyring;
  private final NamespaceContents contents;
  private final OpenNamespaces open;
  private final ClosingNamespaces closing;
  private final SliceOwners owners;

  /** Deletes of this process that are under way. */
  private final Set<NamespaceId> deleting = ConcurrentHashMap.newKeySet();

  /** Whether some delete may have been cut short: by the end of a process before, or an error. */
  private final AtomicBoolean unfinished = new AtomicBoolean(true);

  /** The nodes at the last look for such deletes. */
  private final AtomicLong seenTopology = new AtomicLong(-1);

  DeleteNamespace(
      IgniteCache<String, NamespaceRow> namespaces,
      NamespacesOnDisk onDisk,
      NamespaceNames names,
      IgniteWrappedKeyStore keys,
      Transactions transactions,
      Keyring keyring,
      NamespaceContents contents,
      OpenNamespaces open,
      ClosingNamespaces closing,
      SliceOwners owners) {
    this.namespaces = namespaces;
    this.onDisk = onDisk;
    this.names = names;
    this.keys = keys;
    this.transactions = transactions;
    this.keyring = keyring;
    this.contents = contents;
    this.open = open;
    this.closing = closing;
    this.owners = owners;
  }

  /** Returns how many memories it deleted. */
  long delete(Namespace namespace, boolean withMemories) {
    if (!deleting.add(namespace.id())) {
      throw new RekindleException(
          ErrorCode.NOT_READY, "the namespace is being deleted by another request, try again");
    }
    boolean settled = false;
    try {
      try {
        UUID closed = closing.begin(namespace);
        try {
          open.delete(namespace, () -> removeName(namespace, withMemories));
        } finally {
          closing.end(namespace.id(), closed);
        }
      } catch (RekindleException e) {
        // Refused or rolled back: the name is there. Of any other error nobody knows that.
        settled = true;
        throw e;
      }
      long deleted = removeContents(namespace.id(), namespace.settings().slices());
      settled = true;
      return deleted;
    } finally {
      deleting.remove(namespace.id());
      if (!settled) {
        unfinished.set(true);
      }
    }
  }

  private void removeName(Namespace namespace, boolean withMemories) {
    NamespacePath path = namespace.path();
    if (!withMemories && !contents.isEmpty(namespace)) {
      throw notEmpty("the namespace holds memories or agent state");
    }
    transactions.run(
        () ->
            () -> {
              keys.findWrappedRootKey(path.root());
              Namespace now = onDisk.find(path);
              if (now == null || !now.id().equals(namespace.id())) {
                throw IgniteNamespaceStore.notFound(path);
              }
              checkNoChildren(path);
              return namespaces.remove(path.toString());
            });
  }

  private long removeContents(NamespaceId id, int slices) {
    long deleted = contents.delete(id, slices);
    boolean _ =
        transactions.run(
            () ->
                () -> keys.removeNamespaceKey(id, root -> names.walk(root, null, (_, _) -> false)));
    keyring.forget(id);
    closing.forgetElsewhere(id);
    return deleted;
  }

  /**
   * Ends what was cut short; one that can't be ended now keeps no other back, and has its turn at
   * the next call.
   *
   * @return how many namespaces that were
   */
  int resume() {
    long topology = owners.topology();
    if (seenTopology.getAndSet(topology) != topology) {
      // A node that is gone may have left its deletes to whoever owns their slices now.
      unfinished.set(true);
    }
    AtomicInteger resumed = new AtomicInteger();
    AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    if (unfinished.getAndSet(false)) {
      boolean visited = false;
      try {
        keys.forEachNamespaceKey(
            (id, key) -> {
              try {
                resumed.addAndGet(onDisk.find(id) == null && resumeHere(id, key) ? 1 : 0);
              } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
              }
            });
        visited = true;
      } finally {
        if (!visited || failure.get() != null) {
          unfinished.set(true);
        }
      }
    }
    RuntimeException first = failure.get();
    if (first != null) {
      throw first;
    }
    return resumed.get();
  }

  /** Only where the namespace's first slice is, so that nodes do not do the same at once. */
  private boolean resumeHere(NamespaceId id, DataKeyRow key) {
    return owners.isHere(SliceId.of(id, 0)) && resume(id, key);
  }

  private boolean resume(NamespaceId id, DataKeyRow key) {
    if (!deleting.add(id)) {
      // Another thread's, which may fail after we have looked.
      unfinished.set(true);
      return false;
    }
    try {
      boolean orphaned = isOrphaned(id, key.path());
      if (orphaned) {
        removeContents(id, key.slices());
      }
      return orphaned;
    } finally {
      deleting.remove(id);
    }
  }

  /** Under the locks of a create, whose namespace may not be seen yet although its key is. */
  private boolean isOrphaned(NamespaceId id, NamespacePath path) {
    return transactions.run(
        () ->
            () -> {
              boolean hasKey = keys.find(id) != null; // First, as where it is removed.
              keys.findWrappedRootKey(path.root());
              Namespace now = onDisk.find(path);
              return hasKey && (now == null || !now.id().equals(id));
            });
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
}
