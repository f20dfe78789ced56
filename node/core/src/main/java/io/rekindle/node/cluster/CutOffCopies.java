package io.rekindle.node.cluster;

import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.EventType;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.managers.discovery.DiscoCache;
import org.apache.ignite.internal.managers.eventstorage.DiscoveryEventListener;
import org.apache.ignite.internal.managers.eventstorage.HighPriorityListener;
import org.apache.ignite.internal.pagemem.wal.IgniteWriteAheadLogManager;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.GridDhtPartitionsExchangeFuture;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.PartitionsExchangeAware;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.persistence.IgniteCacheDatabaseSharedManager;
import org.apache.ignite.internal.processors.cluster.BaselineTopology;
import org.apache.ignite.internal.processors.cluster.DiscoveryDataClusterState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of a node that was cut off, which it gives up when it comes back. Safe for use by many
 * threads.
 *
 * <p>A write that is under way when other nodes fail is committed by those that are left, be that
 * this node alone. It is never acknowledged, but it stays in this node's copy and counts there,
 * while the majority gives the same update counter to another write. Ignite compares counters and
 * not contents: it would take the copy for as new as the others, and what the majority wrote first
 * would be missing in it.
 *
 * <p>So a node that sees others fail until a majority is away, or is told that the others went on
 * without it, notes that down before any transaction hears of it. When it later joins a majority
 * that is active, it takes all copies anew that are served there, from the first exchange on; the
 * note goes when they are whole. Of a lost partition this node may have the last copy, so that one
 * stays (decision 0014). When all nodes start together the counters decide: of those that were
 * killed one after the other, the last one may have acknowledged what nobody else has. Why, and the
 * roads not taken: decision 0021.
 */
final class CutOffCopies
    implements DiscoveryEventListener, HighPriorityListener, PartitionsExchangeAware {
  private static final Logger LOG = LoggerFactory.getLogger(CutOffCopies.class);

  /** The note, among this node's pages: it goes where they go. */
  static final String FILE = "cut-off";

  private final IgniteEx ignite;
  private final Majority majority;
  private final LastOwners lastOwners;
  private final Path note;
  private final Set<Object> failed = new HashSet<>();
  private final Set<LastOwners.Place> lostThere = new HashSet<>();

  /** What was given up and is not seen to be whole yet; null when nothing was. */
  private @Nullable Set<LastOwners.Place> given;

  private boolean allGiven;

  /**
   * Of one engine.
   *
   * @param pages the folder of this node's pages
   */
  CutOffCopies(IgniteEx ignite, Majority majority, LastOwners lastOwners, Path pages) {
    this.ignite = ignite;
    this.majority = majority;
    this.lastOwners = lastOwners;
    this.note = pages.resolve(FILE);
  }

  void listen() {
    ignite
        .context()
        .event()
        .addDiscoveryEventListener(
            this,
            EventType.EVT_NODE_JOINED,
            EventType.EVT_NODE_LEFT,
            EventType.EVT_NODE_FAILED,
            EventType.EVT_NODE_SEGMENTED);
  }

  /** Before the transactions, which go on without those that failed. */
  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }

  @Override
  public synchronized void onEvent(DiscoveryEvent event, DiscoCache nodes) {
    Object who = event.eventNode().consistentId();
    switch (event.type()) {
      case EventType.EVT_NODE_JOINED -> failed.remove(who);
      case EventType.EVT_NODE_FAILED -> failed.add(who);
      default -> {
        // One that stops in good order writes nothing elsewhere.
      }
    }
    BaselineTopology baseline = ignite.context().state().clusterState().baselineTopology();
    if (baseline == null) {
      return;
    }
    failed.retainAll(baseline.consistentIds());
    boolean leftOut = event.type() == EventType.EVT_NODE_SEGMENTED;
    if (leftOut || (!failed.isEmpty() && goOnWithoutUs(baseline, event.topologyNodes()))) {
      write();
    }
  }

  /** Whether those that are away are a majority; of two nodes, or of two halves, none is. */
  private static boolean goOnWithoutUs(BaselineTopology baseline, Collection<ClusterNode> there) {
    Set<Object> away = new HashSet<>(baseline.consistentIds());
    there.forEach(node -> away.remove(node.consistentId()));
    return Majority.isMajority(baseline.consistentIds(), away);
  }

  private void write() {
    if (!ignite.context().state().clusterState().state().active()) {
      return; // Nothing is written to, here or there.
    }
    given = null; // What is being taken anew has to be so once more.
    if (Files.exists(note)) {
      return;
    }
    try {
      SecretFiles.write(note, Instant.now().toString().getBytes(StandardCharsets.US_ASCII));
      LOG.warn("this node is cut off: its copies will be taken anew when it comes back");
    } catch (IOException e) {
      // With copies that nobody doubts it would do harm; whatever is slower lets it commit first.
      LOG.atError().setCause(e).log("that this node is cut off can't be noted: it is halted");
      Runtime.getRuntime().halt(EngineFailureHandler.HALT_EXIT_CODE);
    }
  }

  /**
   * Whether this node was cut off and has its copies all the same: it did not join a cluster that
   * is active since, but started together with all others, or is cut off now.
   */
  synchronized boolean areKept() {
    return given == null && Files.exists(note);
  }

  /** What a node that joins is told by this one: which partitions are lost, by their groups. */
  Serializable lost() {
    Map<Integer, List<LastOwners.Place>> lost =
        lastOwners.lostPlaces().stream().collect(Collectors.groupingBy(LastOwners.Place::group));
    HashMap<Integer, int[]> partitions = new HashMap<>();
    lost.forEach(
        (group, places) ->
            partitions.put(group, places.stream().mapToInt(LastOwners.Place::partition).toArray()));
    return partitions;
  }

  /** What one of those that this node joins says so; each of them may. */
  synchronized void lostThere(Serializable lost) {
    ((Map<?, ?>) lost)
        .forEach(
            (group, partitions) -> {
              for (int partition : (int[]) partitions) {
                lostThere.add(new LastOwners.Place((Integer) group, partition));
              }
            });
  }

  /** What is thrown here fails the exchange: this node does not join with copies as they are. */
  @Override
  public synchronized void onInitBeforeTopologyLock(GridDhtPartitionsExchangeFuture exchange) {
    if (!Files.exists(note)) {
      return;
    }
    if (exchange.localJoinExchange()) {
      if (isServedByOthers(exchange.firstEventCache())) {
        giveUp();
      }
    } else if (exchange.activateCluster()) {
      forEachCopy(
          copy -> {
            if (copy.state() == GridDhtPartitionState.MOVING) {
              copy.resetUpdateCounter();
            }
          });
    }
    forgetWhenWhole();
  }

  /**
   * Whether the cluster is active without this node: one that is alone in it, or a smaller side
   * that has not ended yet, has older copies than this node, perhaps.
   */
  private boolean isServedByOthers(DiscoCache nodes) {
    DiscoveryDataClusterState state = nodes.state();
    List<ClusterNode> others =
        nodes.serverNodes().stream().filter(node -> !node.isLocal()).toList();
    return state.state().active() && state.lastState().active() && majority.isIn(others);
  }

  private void giveUp() {
    Set<LastOwners.Place> places = new HashSet<>();
    forEachCopy(
        copy -> {
          LastOwners.Place place = new LastOwners.Place(copy.group().groupId(), copy.id());
          boolean whole = copy.state() == GridDhtPartitionState.OWNING;
          if (!lostThere.contains(place)
              && (whole || copy.state() == GridDhtPartitionState.MOVING)) {
            if (whole) {
              copy.moving();
            }
            // Of incomplete ones too: it is from before, and only what follows it would come.
            copy.resetUpdateCounter();
            places.add(place);
          }
        });
    given = places;
    allGiven = lostThere.isEmpty();
    LOG.atWarn()
        .addKeyValue("copies", places.size())
        .addKeyValue("lost_elsewhere", lostThere.size())
        .log("this node was cut off: its copies are taken anew");
  }

  private void forEachCopy(Consumer<GridDhtLocalPartition> work) {
    for (CacheGroupContext group : lastOwners.groups()) {
      IgniteCacheDatabaseSharedManager disk = group.shared().database();
      disk.checkpointReadLock();
      try {
        group.topology().localPartitions().forEach(work);
      } finally {
        disk.checkpointReadUnlock();
      }
    }
  }

  /** The note stays when something was not given up, for the next time. */
  private void forgetWhenWhole() {
    if (given == null || given.stream().anyMatch(this::isIncomplete)) {
      return;
    }
    given = null;
    if (allGiven) {
      try {
        IgniteWriteAheadLogManager log = ignite.context().cache().context().wal();
        if (log != null) {
          log.flush(null, true); // A power loss is not to undo what the note was for.
        }
        Files.delete(note);
        LOG.info("all copies were taken anew");
      } catch (IOException | IgniteCheckedException e) {
        LOG.atWarn().setCause(e).log("copies were taken anew, and will be once more");
      }
    }
  }

  private boolean isIncomplete(LastOwners.Place place) {
    CacheGroupContext group = ignite.context().cache().cacheGroup(place.group());
    GridDhtLocalPartition copy =
        group == null ? null : group.topology().localPartition(place.partition());
    return copy != null
        && (copy.state() == GridDhtPartitionState.MOVING
            || copy.state() == GridDhtPartitionState.LOST);
  }
}
