package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.cluster.EngineFailureListener;
import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.cluster.NodeTls;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.gate.DiskReserve;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.InstantSource;

/** What the shell owns and the engine uses: it outlives every engine of the process. */
record NodeParts(
    NodeConfig config,
    EngineFolders folders,
    ClusterKey clusterKey,
    HeldKey heldKey,
    HeldKey.ConfigSource configs,
    NodeTls tls,
    AuditLog audit,
    ModelRegistry models,
    NodeMeters meters,
    DiskReserve diskReserve,
    EngineFailureListener failures,
    InstantSource clock) {
  /** The same with the cluster key unwrapped anew. */
  NodeParts with(ClusterKey key) {
    return new NodeParts(
        config,
        folders,
        key,
        heldKey,
        configs,
        tls,
        audit,
        models,
        meters,
        diskReserve,
        failures,
        clock);
  }
}
