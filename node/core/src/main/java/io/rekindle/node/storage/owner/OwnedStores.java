package io.rekindle.node.storage.owner;

import io.rekindle.node.access.PassCodec;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import org.apache.ignite.Ignite;

/** The stores of the whole cluster, as every node has them; and this node as an owner. */
public final class OwnedStores implements AutoCloseable {
  private final OwnerCalls owners;
  private final OwnerOperations operations;
  private final OwnedMemoryStore memories;
  private final OwnedAgentStateStore agentStates;
  private final OwnedAccessCountStore accessCounts;
  private final StandbyCalls standby;

  private OwnedStores(
      OwnerCalls owners,
      OwnerOperations operations,
      OwnedMemoryStore memories,
      OwnedAgentStateStore agentStates,
      OwnedAccessCountStore accessCounts,
      StandbyCalls standby) {
    this.owners = owners;
    this.operations = operations;
    this.memories = memories;
    this.agentStates = agentStates;
    this.accessCounts = accessCounts;
    this.standby = standby;
  }

  /**
   * Over the local stores; from here on this node answers others.
   *
   * @param passes with the session key of the cluster
   * @param timeout of the wait for another node
   * @param accessPass under which this node adds what others have counted
   * @param standbyPass under which this node loads slices that others own
   */
  public static OwnedStores open(
      Ignite ignite,
      IgniteStorage storage,
      PassCodec passes,
      NodeMeters meters,
      Duration timeout,
      SystemPass accessPass,
      SystemPass standbyPass) {
    SliceCalls calls = SliceCalls.of(ignite);
    SliceOwners slices = new SliceOwners(ignite);
    OwnerCalls owners = new OwnerCalls(slices, calls, passes, meters, timeout);
    OwnerOperations operations =
        new OwnerOperations(
            ignite.cluster().localNode().id(),
            passes,
            storage.grants()::accessEpoch,
            storage.namespacesById(),
            storage.memories(),
            storage.agentStates());
    operations.register(calls);
    return new OwnedStores(
        owners,
        operations,
        new OwnedMemoryStore(storage.memories(), owners),
        new OwnedAgentStateStore(storage.agentStates(), owners),
        OwnedAccessCountStore.begin(
            storage.accessCounts(), slices, calls, storage.namespacesById(), accessPass, timeout),
        StandbyCalls.begin(
            slices, calls, storage.indexes(), storage.namespacesById(), standbyPass));
  }

  public OwnedMemoryStore memories() {
    return memories;
  }

  public OwnedAgentStateStore agentStates() {
    return agentStates;
  }

  public OwnedAccessCountStore accessCounts() {
    return accessCounts;
  }

  /** What tells other nodes for which slices to stand by. */
  public StandbyCalls standby() {
    return standby;
  }

  /** Ends the calls of this node, and tells others to ask elsewhere until the engine is gone. */
  @Override
  public void close() {
    operations.leave();
    owners.close();
  }
}
