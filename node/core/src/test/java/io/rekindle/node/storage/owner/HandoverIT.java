package io.rekindle.node.storage.owner;

import static io.rekindle.node.storage.owner.Requests.ALL;
import static io.rekindle.node.storage.owner.Requests.found;
import static io.rekindle.node.storage.owner.Requests.list;
import static io.rekindle.node.storage.owner.Requests.store;
import static io.rekindle.node.storage.owner.Requests.unit;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.owner.TestCluster.Node;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that has just come is asked nothing that one can answer which was there before. */
class HandoverIT {
  private static final int SPACES = 24;
  private static final int MEMORIES = 20;

  @TempDir static Path folder;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = new TestCluster(folder, 2);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void theNewOwnerIsAskedWhenItIsReadyOrAlone() throws Exception {
    Map<Namespace, List<MemoryId>> spaces = new HashMap<>();
    for (int i = 0; i < SPACES; i++) {
      Namespace space = cluster.namespaceOn(cluster.node(i % 2), StorageNode.externalSettings());
      spaces.put(space, fill(space));
    }

    Node fresh = cluster.join(Map.of("rekindle.cluster.settling", "PT1H"));
    Ignite ignite = cluster.node(0).ignite();
    ignite.cluster().setBaselineTopology(ignite.cluster().topologyVersion());
    TestCluster.await(() -> TestCluster.ownsItsShare(fresh));
    Namespace moved =
        spaces.keySet().stream()
            .filter(space -> fresh.owners.isHere(sliceOf(space)))
            .findFirst()
            .orElseThrow();
    Node standIn = standInFor(moved);
    List<MemoryId> ids = requireNonNull(spaces.get(moved));
    for (Node entry : List.copyOf(cluster.nodes)) {
      ids = assertAnswered(entry, moved, ids);
    }
    assertThat(fresh.storage.indexes().loaded()).as("it was not asked").isZero();

    int told =
        (int) spaces.keySet().stream().filter(space -> isTold(fresh, standIn, space)).count();
    assertThat(told).isPositive();
    TestCluster.await(
        () -> {
          standIn.owned.standby().round();
          SliceIndexes indexes = fresh.storage.indexes();
          return indexes.loaded() == told && indexes.building() == 0;
        });
    long builds = fresh.storage.indexes().builds();
    standIn.kill();
    TestCluster.await(() -> fresh.owners.isAskedHere(sliceOf(moved)));
    assertAnswered(cluster.running().getFirst(), moved, ids);
    assertThat(fresh.storage.indexes().builds()).isEqualTo(builds);
  }

  private static boolean isTold(Node node, Node by, Namespace space) {
    return by.owners.isAskedHere(sliceOf(space)) && node.owners.isWhole(sliceOf(space));
  }

  private static SliceId sliceOf(Namespace space) {
    return SliceId.of(space.id(), 0);
  }

  private static Node standInFor(Namespace space) {
    List<Node> asked =
        cluster.nodes.stream().filter(node -> node.owners.isAskedHere(sliceOf(space))).toList();
    assertThat(asked).as("all say the same").hasSize(1);
    return asked.getFirst();
  }

  private static List<MemoryId> fill(Namespace space) {
    Node entry = cluster.node(0);
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    List<MemoryId> ids = new ArrayList<>();
    for (int i = 0; i < MEMORIES; i++) {
      ids.add(store(entry, pass, space, Drafts.of("ship " + i).vector(unit(i)).draft(), null));
    }
    AgentState _ = states(entry).set(pass, space, "a1", "key", "1", null, null, null, "key");
    assertThat(found(entry, pass, space)).hasSize(10);
    return ids;
  }

  private static AgentStateStore states(Node entry) {
    return entry.owned.agentStates();
  }

  /** Whatever can be asked, and what is written is seen at once; returns what is there now. */
  private static List<MemoryId> assertAnswered(Node entry, Namespace space, List<MemoryId> before) {
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    List<MemoryId> ids = new ArrayList<>(before);
    ids.add(store(entry, pass, space, Drafts.of("boat").vector(unit(1)).draft(), null));
    entry.owned.memories().delete(pass, space, ids.removeFirst(), null, null, "key");
    assertThat(list(entry, pass, List.of(space)).memories())
        .extracting(Memory::memoryId)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(found(entry, pass, space)).contains(ids.getLast()).hasSize(10);
    assertThat(entry.owned.memories().get(pass, space, ids.getLast()).payload().content())
        .isEqualTo("boat");
    assertThat(states(entry).list(pass, space, "a1", 10, null).items()).hasSize(1);
    return ids;
  }
}
