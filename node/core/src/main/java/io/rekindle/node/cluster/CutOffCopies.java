package io.rekindle.node.cluster;

import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.EventType;
import org.apache.ignite.failure.FailureContext;
import org.apache.ignite.failure.FailureType;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.managers.discovery.DiscoCache;
import org.apache.ignite.internal.managers.eventstorage.DiscoveryEventListener;
import org.apache.ignite.internal.managers.eventstorage.HighPriorityListener;
import org.apache.ignite.internal.processors.cache.CacheGroupContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.GridDhtPartitionsExchangeFuture;
import org.apache.ignite.internal.processors.cache.distributed.dht.preloader.PartitionsExchangeAware;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.persistence.IgniteCacheDatabaseSharedManager;
import org.apache.ignite.internal.processors.cluster.DiscoveryDataClusterState;
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
 * <p>So a node that sees others fail until it is without a majority, or is told that the others
 * went on without it, notes that down before any transaction hears of it. Of an active cluster that
 * it joins later it takes all copies anew that are served there, from the first exchange on; the
 * note goes when they are whole. Two exceptions: of a lost partition this node may have the last
 * copy (decision 0014); and when all nodes start together, nobody has written without it, and the
 * counters decide. Why, and the roads not taken: decision 0021.
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
  private Set<LastOwners.Place> taken = Set.of();

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
    boolean leftOut = event.type() == EventType.EVT_NODE_SEGMENTED;
    if (leftOut || (!failed.isEmpty() && !majority.isIn(event.topologyNodes()))) {
      write();
    }
  }

  private void write() {
    if (!ignite.context().state().clusterState().state().active()) {
      return; // Nothing is written to, here or there.
    }
    taken = Set.of(); // What is being taken anew has to be so once more.
    if (Files.exists(note)) {
      return;
    }
    try {
      SecretFiles.write(note, Instant.now().toString().getBytes(StandardCharsets.US_ASCII));
      LOG.warn("this node is cut off: its copies will be taken anew when it comes back");
    } catch (IOException e) {
      // With copies that nobody doubts, this node would do harm.
      ignite.context().failure().process(new FailureContext(FailureType.CRITICAL_ERROR, e));
    }
  }

  /**
   * Whether this node was cut off and has its copies all the same: it did not join a cluster that
   * is active since, but started together with all others, or is cut off now.
   */
  synchronized boolean areKept() {
    return taken.isEmpty() && Files.exists(note);
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

  @Override
  public synchronized void onInitBeforeTopologyLock(GridDhtPartitionsExchangeFuture exchange) {
    try {
      if (exchange.localJoinExchange()) {
        if (Files.exists(note) && isActive(exchange.firstEventCache().state())) {
          giveUp();
        }
      } else if (!taken.isEmpty() && taken.stream().noneMatch(this::isIncomplete)) {
        taken = Set.of();
        Files.delete(note);
        LOG.info("all copies were taken anew");
      }
    } catch (IOException | RuntimeException e) {
      // As it stands they would be taken for as good as the others.
      ignite.context().failure().process(new FailureContext(FailureType.CRITICAL_ERROR, e));
    }
  }

  private boolean isActive(DiscoveryDataClusterState state) {
    return state.state().active() && !state.transition();
  }

  /** Incomplete copies too: their counter is from before, and only what follows it would come. */
  private void giveUp() {
    Set<LastOwners.Place> given = new HashSet<>();
    for (CacheGroupContext group : lastOwners.groups()) {
      IgniteCacheDatabaseSharedManager disk = group.shared().database();
      disk.checkpointReadLock();
      try {
        for (GridDhtLocalPartition copy : group.topology().localPartitions()) {
          LastOwners.Place place = new LastOwners.Place(group.groupId(), copy.id());
          boolean whole = copy.state() == GridDhtPartitionState.OWNING;
          if (!lostThere.contains(place)
              && (whole || copy.state() == GridDhtPartitionState.MOVING)) {
            if (whole) {
              copy.moving();
            }
            copy.resetUpdateCounter();
            given.add(place);
          }
        }
      } finally {
        disk.checkpointReadUnlock();
      }
    }
    taken = given;
    LOG.atWarn()
        .addKeyValue("copies", given.size())
        .addKeyValue("lost_elsewhere", lostThere.size())
        .log("this node was cut off: its copies are taken anew");
  }

  private boolean isIncomplete(LastOwners.Place place) {
    CacheGroupContext group = ignite.context().cache().cacheGroup(place.group());
    GridDhtLocalPartition copy =
        group == null ? null : group.topology().localPartition(place.partition());
    return copy != null && copy.state() == GridDhtPartitionState.MOVING;
  }
}
