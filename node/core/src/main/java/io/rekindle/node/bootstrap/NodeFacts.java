package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.model.ClusterNodeInfo;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.telemetry.NodeMeters;
import io.rekindle.node.telemetry.NodeMeters.Level;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the person on call wants to know, as facts of {@code status} and as gauges. */
final class NodeFacts {
  private static final double MILLIS_A_SECOND = 1_000;

  private NodeFacts() {}

  static Map<String, Supplier<String>> of(
      NodeParts parts,
      IgniteStorage storage,
      EmbeddingQueue queue,
      CallWatch queries,
      EmbeddingWaits waits,
      ModelsInUse modelsInUse,
      BackgroundWork work,
      ClusterPart cluster,
      TenantLeases tenants) {
    NodeMeters meters = parts.meters();
    meters.level(Level.REQUESTS_WAITING, waits::waiting);
    meters.level(Level.EMBEDDING_QUEUE, queue::size);
    meters.level(Level.MEMORIES_FAILED, () -> work.sweep().count(EmbeddingStatus.FAILED));
    Supplier<Number> hung = () -> work.watch().hungCalls() + queries.hungCalls();
    meters.level(Level.EMBEDDING_CALLS_HUNG, hung);
    meters.level(Level.INDEX_BYTES, storage.indexes()::bytesUsed);
    meters.level(Level.WORDS_BYTES, storage.indexes()::wordsBytesUsed);
    meters.level(Level.INDEX_SLICES, storage.indexes()::loaded);
    meters.level(Level.AUDIT_SEQUENCE, parts.audit()::lastSequence);
    meters.level(Level.AUDIT_TAIL_BYTES, parts.audit()::tailBytes);
    meters.level(Level.DISK_FREE_BYTES, parts.diskReserve()::usableBytes);
    long reserve = parts.config().disk().reserveBytes().bytes();
    meters.level(Level.DISK_RESERVE_BYTES, () -> reserve);
    meters.level(Level.INDEX_SLICES_BUILDING, storage.indexes()::building);
    meters.level(Level.INDEX_SLICES_STANDING_BY, storage.indexes().standby()::standing);
    meters.level(Level.INDEX_BUILDS, storage.indexes()::builds);
    Supplier<Number> oldest = () -> work.sweep().oldestPending().toSeconds();
    meters.level(Level.PENDING_OLDEST, oldest);
    measureCluster(meters, cluster);
    Map<String, Supplier<String>> facts = new LinkedHashMap<>();
    facts.put("cluster_id", () -> parts.clusterKey().clusterId().toString());
    facts.put("node_id", () -> parts.folders().nodeId().toString());
    facts.put(
        "durability", () -> parts.config().durability().name().toLowerCase(java.util.Locale.ROOT));
    putCluster(facts, cluster, parts.config().cluster());
    HeldKey key = parts.heldKey();
    facts.put("key", key::describe);
    facts.put("key_proved_s", () -> Long.toString(key.proved().toSeconds()));
    facts.put("key_grace_s", () -> Long.toString(key.grace().toSeconds()));
    facts.put("key_doubt", key::doubt);
    facts.put("tenant_keys", () -> Integer.toString(tenants.count()));
    facts.put("tenant_keys_locked", () -> tenants.locked().toString());
    facts.put("tenant_keys_unproved", () -> tenants.unproved().toString());
    facts.put("models_warming", () -> parts.models().warming().toString());
    facts.put("models_missing", () -> modelsInUse.missing().toString());
    facts.put(
        "embedding_role",
        () -> parts.config().embedding().role().name().toLowerCase(java.util.Locale.ROOT));
    facts.put("embedding_nodes", () -> Integer.toString(work.embedders()));
    facts.put("embedding_queue", () -> Integer.toString(queue.size()));
    facts.put("embedding_oldest_pending_s", () -> oldest.get().toString());
    facts.put(
        "memories_failed", () -> Integer.toString(work.sweep().count(EmbeddingStatus.FAILED)));
    facts.put("embedding_calls_hung", () -> hung.get().toString());
    facts.put("index_slices", () -> Integer.toString(storage.indexes().loaded()));
    facts.put(
        "index_slices_standing_by", () -> Integer.toString(storage.indexes().standby().standing()));
    facts.put("index_slices_building", () -> Integer.toString(storage.indexes().building()));
    facts.put("index_memories_read", () -> Long.toString(storage.indexes().memoriesRead()));
    facts.put(
        "index_slices_wanting_codes", () -> Integer.toString(storage.indexes().wantingCodes()));
    facts.put("index_bytes", () -> Long.toString(storage.indexes().bytesUsed()));
    facts.put(
        "index_bytes_max", () -> Long.toString(parts.config().index().memoryBytesMax().bytes()));
    facts.put("audit_sequence", () -> Long.toString(parts.audit().lastSequence()));
    facts.put("audit_tail_bytes", () -> Long.toString(parts.audit().tailBytes()));
    facts.put(
        "audit_tail_bytes_max", () -> Long.toString(parts.config().audit().tailBytesMax().bytes()));
    facts.put("disk_usable_bytes", () -> Long.toString(parts.diskReserve().usableBytes()));
    facts.put("disk_reserve_bytes", () -> Long.toString(reserve));
    return facts;
  }

  private static void putCluster(
      Map<String, Supplier<String>> facts, ClusterPart cluster, NodeConfig.Cluster config) {
    facts.put("nodes_online", () -> Long.toString(holding(cluster, true)));
    facts.put("nodes_baseline", () -> Integer.toString(cluster.membership().baseline().size()));
    facts.put("nodes_away", () -> away(cluster).toString());
    facts.put("nodes_without_data", () -> withoutData(cluster).toString());
    facts.put("start_without", () -> config.startWithout().orElse(List.of()).toString());
    facts.put("majority", () -> cluster.contact().holds() ? "yes" : "no");
    facts.put("majority_silent_ms", () -> Long.toString(cluster.contact().silence().toMillis()));
    facts.put("partitions_lost", () -> Integer.toString(cluster.baseline().lost()));
    facts.put("partitions_short", () -> Integer.toString(cluster.baseline().partitionsShort()));
    facts.put("partitions_coming", () -> Integer.toString(cluster.baseline().partitionsComing()));
    facts.put("partitions_stopped", () -> Integer.toString(cluster.baseline().partitionsStopped()));
    facts.put("copies_of_a_cut", () -> cluster.baseline().keepsCopiesOfACut() ? "yes" : "no");
    facts.put(
        "group_keys_reencrypting", () -> Integer.toString(cluster.groupKeys().reencrypting()));
    facts.put("group_keys_bytes_left", () -> Long.toString(cluster.groupKeys().bytesLeft()));
    facts.put("copies_missing", () -> Integer.toString(cluster.baseline().copiesMissing()));
    facts.put("messages_sent", () -> Long.toString(cluster.membership().messagesSent()));
    facts.put(
        "clock_difference_ms", () -> Long.toString(cluster.contact().clockDifferenceMillis()));
    facts.put(
        "clock_difference_max_ms", () -> Long.toString(config.clockDifferenceMax().toMillis()));
  }

  private static void measureCluster(NodeMeters meters, ClusterPart cluster) {
    meters.level(Level.NODES_ONLINE, () -> holding(cluster, true));
    meters.level(Level.NODES_AWAY, () -> holding(cluster, false));
    meters.level(Level.MAJORITY, () -> cluster.contact().holds() ? 1 : 0);
    meters.level(Level.PARTITIONS_LOST, cluster.baseline()::lost);
    meters.level(Level.PARTITIONS_SHORT, cluster.baseline()::partitionsShort);
    meters.level(Level.PARTITIONS_COMING, cluster.baseline()::partitionsComing);
    meters.level(Level.MESSAGES_SENT, cluster.membership()::messagesSent);
    meters.level(
        Level.CLOCK_DIFFERENCE, () -> cluster.contact().clockDifferenceMillis() / MILLIS_A_SECOND);
  }

  /** Nodes that hold data, and are there or not. */
  private static long holding(ClusterPart cluster, boolean online) {
    return cluster.membership().members().stream()
        .filter(node -> node.inBaseline() && node.online() == online)
        .count();
  }

  private static List<String> away(ClusterPart cluster) {
    return cluster.absences().look().entrySet().stream()
        .map(node -> node.getKey() + " since " + node.getValue().truncatedTo(ChronoUnit.SECONDS))
        .toList();
  }

  private static List<String> withoutData(ClusterPart cluster) {
    return cluster.membership().members().stream()
        .filter(node -> !node.inBaseline())
        .map(ClusterNodeInfo::id)
        .toList();
  }
}
