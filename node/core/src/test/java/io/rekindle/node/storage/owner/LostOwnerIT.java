package io.rekindle.node.storage.owner;

import static io.rekindle.node.storage.owner.Requests.ALL;
import static io.rekindle.node.storage.owner.Requests.found;
import static io.rekindle.node.storage.owner.Requests.list;
import static io.rekindle.node.storage.owner.Requests.refusal;
import static io.rekindle.node.storage.owner.Requests.store;
import static io.rekindle.node.storage.owner.Requests.unit;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.owner.TestCluster.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * What concerns all nodes at once: a namespace goes, a node stops, a node is killed. The order is
 * that in which nodes get fewer.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LostOwnerIT {
  @TempDir static Path folder;

  private static TestCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    // So that three are left when one has stopped, and two, a majority, when another is killed.
    cluster = new TestCluster(folder, 4);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  @Order(10)
  void aDeletedNamespaceIsGoneOnAllNodesWhoeverDeletesIt() {
    for (Node entry : cluster.nodes) {
      Namespace space = cluster.namespaceOn(cluster.node(1), StorageNode.modelSettings(8));
      AccessPass pass = TestCluster.pass(entry, null, ALL);
      for (int i = 0; i < 20; i++) {
        MemoryDraft draft = Drafts.of("ship " + i).externalKey("k" + i).draft();
        store(cluster.node(i % 3), pass, space, draft, new IdempotencyKey("i" + i));
        entry.owned.agentStates().set(pass, space, "a", "s" + i, "1", null, null, null, "key");
      }
      NamespaceStore namespaces = entry.storage.namespaces();
      assertThat(refusal(() -> namespaces.delete(StorageNode.PASS, space.path(), false)).code())
          .isEqualTo(ErrorCode.NAMESPACE_NOT_EMPTY);
      store(cluster.node(2), pass, space, Drafts.of("still open").draft(), null);

      assertThat(namespaces.delete(StorageNode.PASS, space.path(), true)).isEqualTo(21);

      for (Node node : cluster.nodes) {
        assertThat(refusal(() -> store(node, pass, space, Drafts.of("x").draft(), null)).code())
            .isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
        assertThat(node.keyring.isUnwrapped(space.id())).isFalse();
      }
      assertThat(cluster.leftovers(space)).isZero();
    }
  }

  @Test
  @Order(11)
  void noWriteIsAcknowledgedIntoANamespaceThatAnotherNodeDeletes() throws Exception {
    for (int round = 0; round < 5; round++) {
      Namespace space = cluster.namespaceOn(cluster.node(1), StorageNode.modelSettings(4));
      List<FutureTask<Integer>> writers = new ArrayList<>();
      for (Node entry : cluster.nodes) {
        FutureTask<Integer> writer = new FutureTask<>(() -> writeUntilGone(entry, space));
        writers.add(writer);
        Thread.ofPlatform().start(writer);
      }
      Thread.sleep(50);
      NamespaceStore namespaces = cluster.node(round % 3).storage.namespaces();
      long deleted = namespaces.delete(StorageNode.PASS, space.path(), true);

      long written = 0;
      for (FutureTask<Integer> writer : writers) {
        written += writer.get();
      }
      assertThat(deleted).isEqualTo(written);
      assertThat(cluster.leftovers(space)).isZero();
    }
  }

  private static int writeUntilGone(Node entry, Namespace space) {
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    for (int written = 0; ; written++) {
      RekindleException refusal =
          refusal(() -> store(entry, pass, space, Drafts.of("ship").draft(), null));
      if (refusal != null) {
        assertThat(refusal.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
        return written;
      }
    }
  }

  @Test
  @Order(100)
  void whileAnOwnerStopsReadsGoOnAndWritesAreDoneOnce() throws Exception {
    assertGoesOnWithout(cluster.node(2), Node::leave);
    cluster.goOnWithOthers();
  }

  @Test
  @Order(101)
  void whenAnOwnerIsKilledReadsGoOnAndWritesAreDoneOnce() throws Exception {
    assertGoesOnWithout(cluster.node(1), Node::kill);
  }

  private static void assertGoesOnWithout(Node lost, Consumer<Node> end) throws Exception {
    Node entry = cluster.node(0);
    Namespace space = cluster.namespaceOn(lost, StorageNode.externalSettings());
    AccessPass pass = TestCluster.pass(entry, null, ALL);
    MemoryId id = store(entry, pass, space, Drafts.of("ship").vector(unit(1)).draft(), null);
    // The index is there while the slice moves.
    assertThat(found(entry, pass, space)).contains(id);

    AtomicBoolean over = new AtomicBoolean();
    FutureTask<Integer> writes = new FutureTask<>(() -> writeUntil(over, entry, pass, space));
    Thread.ofPlatform().start(writes);
    FutureTask<Integer> reads = new FutureTask<>(() -> readUntil(over, entry, pass, space, id));
    Thread.ofPlatform().start(reads);
    Thread.sleep(300);
    end.accept(lost);
    Thread.sleep(500);
    over.set(true);

    int written = writes.get();
    assertThat(reads.get()).isPositive();
    for (Node left : cluster.running()) {
      AccessPass now = TestCluster.pass(left, null, ALL);
      assertThat(found(left, now, space)).contains(id);
      assertThat(list(left, now, List.of(space)).memories()).hasSize(1 + written);
    }
  }

  /** Every write with a key of its own; what the store says of it does not matter to its number. */
  private static int writeUntil(AtomicBoolean end, Node entry, AccessPass pass, Namespace space) {
    int written = 0;
    while (!end.get() && written < 90) {
      MemoryDraft draft = Drafts.of("ship " + written).vector(unit(written)).draft();
      store(entry, pass, space, draft, new IdempotencyKey("w" + written));
      written++;
    }
    return written;
  }

  private static int readUntil(
      AtomicBoolean end, Node entry, AccessPass pass, Namespace space, MemoryId id) {
    int read = 0;
    while (!end.get()) {
      entry.owned.memories().get(pass, space, id);
      assertThat(found(entry, pass, space)).contains(id);
      read++;
    }
    return read;
  }
}
