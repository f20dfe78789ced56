package io.rekindle.node.storage.owner;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.memory.IgniteAccessCountStore;
import io.rekindle.node.storage.memory.NamespacesById;
import io.rekindle.node.storage.row.SliceOwners;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.ignite.cluster.ClusterNode;

/**
 * The access counts of the cluster: each is added by the owner of its memory, in one message for
 * many. Many nodes return the same memories; from afar, the locks of their flushes would be held
 * for seconds, and whoever comes or goes meanwhile would have to wait for them. Only ids, counts
 * and times travel, and no pass: it is background work of both nodes. Thread-safe.
 */
public final class OwnedAccessCountStore implements AccessCountStore {
  private static final String CALL = "owner.access-counts";

  private final IgniteAccessCountStore local;
  private final SliceOwners owners;
  private final SliceCalls calls;
  private final NamespacesById namespaces;
  private final SystemPass pass;
  private final Duration timeout;

  private OwnedAccessCountStore(
      IgniteAccessCountStore local,
      SliceOwners owners,
      SliceCalls calls,
      NamespacesById namespaces,
      SystemPass pass,
      Duration timeout) {
    this.local = local;
    this.owners = owners;
    this.calls = calls;
    this.namespaces = namespaces;
    this.pass = pass;
    this.timeout = timeout;
  }

  /**
   * From here on this node adds what others have counted.
   *
   * @param pass under which it does
   * @param timeout of the wait for another node
   */
  static OwnedAccessCountStore begin(
      IgniteAccessCountStore local,
      SliceOwners owners,
      SliceCalls calls,
      NamespacesById namespaces,
      SystemPass pass,
      Duration timeout) {
    OwnedAccessCountStore begun =
        new OwnedAccessCountStore(local, owners, calls, namespaces, pass, timeout);
    calls.register(CALL, begun::addHere);
    return begun;
  }

  /** As of now; a part without an owner is refused when it is added. */
  @Override
  public Collection<List<AccessDelta>> byOwner(Pass pass, Collection<AccessDelta> deltas) {
    Map<Optional<ClusterNode>, List<AccessDelta>> parts = new LinkedHashMap<>();
    for (AccessDelta delta : deltas) {
      parts.computeIfAbsent(ownerOf(delta), _ -> new ArrayList<>()).add(delta);
    }
    return parts.values();
  }

  private Optional<ClusterNode> ownerOf(AccessDelta delta) {
    try {
      return Optional.of(owners.ownerOf(delta.namespace().sliceOf(delta.memoryId())));
    } catch (RekindleException e) {
      return Optional.empty();
    }
  }

  @Override
  public void add(Pass pass, Collection<AccessDelta> deltas) {
    if (deltas.isEmpty()) {
      return;
    }
    AccessDelta first = deltas.iterator().next();
    ClusterNode owner = owners.ownerOf(first.namespace().sliceOf(first.memoryId()));
    if (owner.equals(owners.self())) {
      local.add(pass, deltas);
    } else {
      byte[] message = new WireOut().list(deltas, OwnedAccessCountStore::write).toBytes();
      byte[] _ = calls.call(owner, CALL, message, timeout);
    }
  }

  private static void write(WireOut out, AccessDelta delta) {
    out.uuid(delta.namespace().id().value())
        .id(delta.memoryId())
        .int64(delta.count())
        .time(delta.lastAccessedAt());
  }

  /** What another node counted. */
  private record Counted(UUID namespace, MemoryId memory, long count, Instant lastAccessedAt) {
    static Counted read(WireIn in) {
      return new Counted(in.uuid(), in.id(), in.int64(), in.time());
    }
  }

  private byte[] addHere(byte[] message) {
    List<AccessDelta> deltas = new ArrayList<>();
    for (Counted counted : WireIn.read(message, in -> in.list(Counted::read))) {
      Namespace namespace = namespaces.find(NamespaceId.of(counted.namespace()));
      if (namespace != null) { // It is deleted, and its counts with it.
        deltas.add(
            new AccessDelta(
                namespace, counted.memory(), counted.count(), counted.lastAccessedAt()));
      }
    }
    local.add(pass, deltas);
    return new byte[0];
  }
}
