package io.rekindle.node.storage.owner;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.storage.memory.NamespacesById;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.StandbySlices.Warm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the nodes that have copies of this node's slices which of those are loaded here, so that
 * they load them, too: one small message to each in a round. Only ids travel. Thread-safe.
 */
public final class StandbyCalls {
  private static final Logger LOG = LoggerFactory.getLogger(StandbyCalls.class);
  private static final String CALL = "owner.warm";
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final SliceOwners owners;
  private final SliceCalls calls;
  private final SliceIndexes indexes;
  private final NamespacesById namespaces;
  private final SystemPass pass;

  private StandbyCalls(
      SliceOwners owners,
      SliceCalls calls,
      SliceIndexes indexes,
      NamespacesById namespaces,
      SystemPass pass) {
    this.owners = owners;
    this.calls = calls;
    this.indexes = indexes;
    this.namespaces = namespaces;
    this.pass = pass;
  }

  /**
   * From here on this node stands by for others.
   *
   * @param pass under which slices are read
   */
  static StandbyCalls begin(
      SliceOwners owners,
      SliceCalls calls,
      SliceIndexes indexes,
      NamespacesById namespaces,
      SystemPass pass) {
    StandbyCalls begun = new StandbyCalls(owners, calls, indexes, namespaces, pass);
    calls.register(CALL, begun::keep);
    return begun;
  }

  /** Tells the others once. */
  public void round() {
    Map<ClusterNode, List<Warm>> told = new LinkedHashMap<>();
    for (Warm warm : indexes.standby().warm()) {
      for (ClusterNode other : owners.othersWith(warm.slice())) {
        told.computeIfAbsent(other, _ -> new ArrayList<>()).add(warm);
      }
    }
    told.forEach(this::tell);
  }

  private void tell(ClusterNode node, List<Warm> warm) {
    byte[] message = new WireOut().list(warm, StandbyCalls::write).toBytes();
    try {
      byte[] _ = calls.call(node, CALL, message, TIMEOUT);
    } catch (RekindleException e) {
      // It is told again in the next round, if it is still there.
      LOG.atDebug().setCause(e).log("a node was not told which slices are loaded");
    }
  }

  private static void write(WireOut out, Warm warm) {
    out.slice(warm.slice()).int64(warm.wordsBytes());
  }

  private byte[] keep(byte[] message) {
    List<Warm> warm =
        WireIn.read(message, in -> in.list(one -> new Warm(one.slice(), one.int64())));
    indexes.standby().keep(warm, this::find);
    return new byte[0];
  }

  private @Nullable Namespace find(NamespaceId id) {
    Namespace namespace = namespaces.find(id);
    if (namespace == null || namespaces.isClosing(namespace)) {
      return null;
    }
    pass.check(Action.SEARCH, namespace.path());
    return namespace;
  }
}
