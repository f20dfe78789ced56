package io.rekindle.node.storage.owner;

import io.rekindle.node.access.PassCodec;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import org.apache.ignite.Ignite;

/** The stores of the whole cluster, as every node has them; and this node as an owner. */
public final class OwnedStores implements AutoCloseable {
  private final OwnerCalls owners;
  private final OwnedMemoryStore memories;
  private final OwnedAgentStateStore agentStates;

  private OwnedStores(
      OwnerCalls owners, OwnedMemoryStore memories, OwnedAgentStateStore agentStates) {
    this.owners = owners;
    this.memories = memories;
    this.agentStates = agentStates;
  }

  /**
   * Over the local stores; from here on this node answers others.
   *
   * @param passes with the session key of the cluster
   * @param timeout of the wait for another node
   */
  public static OwnedStores open(
      Ignite ignite, IgniteStorage storage, PassCodec passes, NodeMeters meters, Duration timeout) {
    SliceCalls calls = SliceCalls.of(ignite);
    OwnerCalls owners = new OwnerCalls(new SliceOwners(ignite), calls, passes, meters, timeout);
    new OwnerOperations(
            ignite.cluster().localNode().id(),
            passes,
            storage.grants()::accessEpoch,
            storage.namespacesById(),
            storage.memories(),
            storage.agentStates())
        .register(calls);
    return new OwnedStores(
        owners,
        new OwnedMemoryStore(storage.memories(), owners),
        new OwnedAgentStateStore(storage.agentStates(), owners));
  }

  public OwnedMemoryStore memories() {
    return memories;
  }

  public OwnedAgentStateStore agentStates() {
    return agentStates;
  }

  /** Ends the calls of this node; it answers others until the engine stops. */
  @Override
  public void close() {
    owners.close();
  }
}
