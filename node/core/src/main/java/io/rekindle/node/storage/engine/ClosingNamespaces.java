package io.rekindle.node.storage.engine;

import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.ClosingRow;
import io.rekindle.node.storage.row.Transactions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cluster.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a namespace to the writes of all nodes while its delete is decided.
 *
 * <p>A delete marks the namespace, where every node sees it; then every node lets its writes end
 * and forgets that the namespace exists, so that its next write looks, and finds the mark. A node
 * that joins meanwhile looks like any other. A node that left has no writes that anybody is told
 * of. So when all others have answered, only the node of the delete can begin a write, and that one
 * holds its own lock ({@code OpenNamespaces}). Thread-safe.
 */
final class ClosingNamespaces {
  private static final Logger log = LoggerFactory.getLogger(ClosingNamespaces.class);
  private static final String PREFIX = "closing-namespace/";
  private static final String DRAIN = "namespace.drain";
  private static final String FORGET = "namespace.forget";

  /** Longer than a node waits for its writes to end. */
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final Ignite ignite;
  private final IgniteCache<String, ClosingRow> settings;
  private final IgniteWrappedKeyStore keys;
  private final Transactions transactions;
  private final SliceCalls calls;

  ClosingNamespaces(Ignite ignite, IgniteWrappedKeyStore keys, Transactions transactions) {
    this.ignite = ignite;
    this.settings = Caches.cache(ignite, CacheName.SETTINGS);
    this.keys = keys;
    this.transactions = transactions;
    this.calls = SliceCalls.of(ignite);
  }

  /**
   * From here on this node closes namespaces for the deletes of others.
   *
   * @param drain waits for the writes to a namespace and forgets that it exists
   * @param forget drops what is kept of a namespace that is gone
   */
  void register(Consumer<NamespaceId> drain, Consumer<NamespaceId> forget) {
    calls.register(DRAIN, message -> run(message, drain));
    calls.register(FORGET, message -> run(message, forget));
  }

  private static byte[] run(byte[] message, Consumer<NamespaceId> work) {
    ByteBuffer id = ByteBuffer.wrap(message);
    work.accept(new NamespaceId(new UUID(id.getLong(), id.getLong())));
    return new byte[0];
  }

  /**
   * Marks a namespace and waits for the writes of other nodes.
   *
   * @return to be given to {@link #end}, whatever comes
   * @throws RekindleException NOT_READY when another delete has marked it, or a node's writes do
   *     not end; it is not marked then
   */
  UUID begin(Namespace namespace) {
    UUID delete = UUID.randomUUID();
    ClosingRow mine = new ClosingRow(delete, ignite.cluster().localNode().id());
    boolean marked =
        !isClosing(namespace)
            && transactions.run(() -> () -> settings.putIfAbsent(key(namespace.id()), mine));
    if (!marked) {
      throw new RekindleException(
          ErrorCode.NOT_READY, "the namespace is being deleted by another request, try again");
    }
    try {
      others().forEach(node -> drain(node, namespace.id()));
      return delete;
    } catch (RuntimeException e) {
      end(namespace.id(), delete);
      throw e;
    }
  }

  private void drain(ClusterNode node, NamespaceId id) {
    try {
      calls.call(node, DRAIN, message(id), TIMEOUT);
    } catch (RekindleException e) {
      boolean left = ignite.cluster().node(node.id()) == null;
      // One that does not know how is still starting: it has written nothing yet.
      if (!left && !SliceCalls.isUnknownOperation(e)) {
        throw e;
      }
    }
  }

  /** Takes the mark of a delete away; one of another delete stays. */
  void end(NamespaceId id, UUID delete) {
    boolean _ =
        transactions.run(
            () ->
                () -> {
                  ClosingRow row = settings.get(key(id));
                  return row != null && row.delete().equals(delete) && settings.remove(key(id));
                });
  }

  /** Drops what other nodes keep of a namespace that is gone; they find out by themselves, too. */
  void forgetElsewhere(NamespaceId id) {
    var _ = settings.remove(key(id));
    for (ClusterNode node : others()) {
      try {
        calls.call(node, FORGET, message(id), TIMEOUT);
      } catch (RekindleException e) {
        log.atInfo().setCause(e).log("a node was not told of the delete of a namespace");
      }
    }
  }

  /**
   * Whether a delete of the namespace is being decided. The mark of a node that is lost counts no
   * more, once its transaction, which has the lock of the root's key, is over.
   */
  boolean isClosing(Namespace namespace) {
    ClosingRow row = settings.get(key(namespace.id()));
    if (row == null) {
      return false;
    }
    if (ignite.cluster().node(row.node()) != null) {
      return true;
    }
    NamespacePath root = namespace.path().root();
    boolean _ =
        transactions.run(
            () ->
                () -> {
                  keys.findWrappedRootKey(root);
                  ClosingRow now = settings.get(key(namespace.id()));
                  return now == null
                      || !now.delete().equals(row.delete())
                      || settings.remove(key(namespace.id()));
                });
    return settings.containsKey(key(namespace.id()));
  }

  private Collection<ClusterNode> others() {
    return ignite.cluster().forServers().forRemotes().nodes();
  }

  private static byte[] message(NamespaceId id) {
    UUID value = id.value();
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits())
        .array();
  }

  private static String key(NamespaceId id) {
    return PREFIX + id;
  }
}
