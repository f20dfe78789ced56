package io.rekindle.node.storage.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.owner.ThreeNodes.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Any node answers any request, and answers it as the owner does. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OwnedStoresIT {
  private static final Action[] ALL = {
    Action.STORE,
    Action.GET,
    Action.LIST,
    Action.SEARCH,
    Action.UPDATE,
    Action.DELETE,
    Action.STATE_READ,
    Action.STATE_WRITE
  };

  @TempDir static Path folder;

  private static ThreeNodes cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = new ThreeNodes(folder);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  @Order(1)
  void aMemoryIsWrittenAndReadThroughEveryNode() {
    for (Node owner : cluster.nodes) {
      Namespace space = cluster.namespaceOn(owner, StorageNode.externalSettings());
      for (Node entry : cluster.nodes) {
        AccessPass pass = ThreeNodes.pass(entry, null, ALL);
        MemoryStore memories = entry.owned.memories();
        double before = entry.calls(OwnerOperation.STORE);
        MemoryDraft draft =
            Drafts.of("ships").externalKey("k").metadata("{\"kind\":1}").vector(unit(1)).draft();
        MemoryId id = store(entry, pass, space, draft, null);

        assertThat(entry.calls(OwnerOperation.STORE) - before).isEqualTo(entry == owner ? 0 : 1);
        Memory stored = memories.get(pass, space, id);
        assertSame(stored, owner.storage.memories().get(pass, space, id));
        assertSame(memories.getByExternalKey(pass, space, "k"), stored);
        assertThat(refusal(() -> store(entry, pass, space, draft, null)).code())
            .isEqualTo(ErrorCode.MEMORY_EXISTS);

        MemoryPatch patch =
            Drafts.of("boats")
                .vector(unit(2))
                .patch(MemoryPatch.Field.CONTENT, MemoryPatch.Field.VECTOR);
        Memory updated = memories.update(pass, space, id, 1L, patch, null, "key");
        assertThat(updated.payload().content()).isEqualTo("boats");
        assertThat(refusal(() -> memories.update(pass, space, id, 1L, patch, null, "key")))
            .satisfies(e -> assertThat(e.details()).containsEntry("current_version", "2"));

        assertThat(list(entry, pass, List.of(space)).memories())
            .extracting(Memory::memoryId)
            .containsExactly(id);
        assertThat(memories.search(pass, List.of(space), byWords("boats"), null).hits())
            .extracting(hit -> hit.memory().memoryId())
            .containsExactly(id);

        memories.delete(pass, space, id, null, null, "key");
        assertThat(refusal(() -> memories.get(pass, space, id)).code())
            .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
      }
    }
  }

  @Test
  @Order(2)
  void aStateIsWrittenAndReadThroughEveryNode() {
    Namespace space = cluster.namespaceOn(cluster.node(1), StorageNode.modelSettings(8));
    for (Node entry : cluster.nodes) {
      AccessPass pass = ThreeNodes.pass(entry, null, ALL);
      AgentStateStore states = entry.owned.agentStates();
      for (int i = 0; i < 20; i++) {
        states.set(pass, space, "a" + i % 3, "k" + i, "" + i, 0L, null, null, "key");
      }
      AgentState first = states.get(pass, space, "a0", "k0");
      assertThat(first.value()).isEqualTo("0");
      List<AgentState> page = states.list(pass, space, null, 15, null).items();
      assertThat(page).hasSize(15);
      assertThat(states.list(pass, space, null, 15, null).more()).isTrue();
      AgentState last = page.getLast();
      assertThat(
              states
                  .list(
                      pass,
                      space,
                      null,
                      15,
                      new AgentStateStore.StateCursor(last.agentId(), last.key()))
                  .items())
          .hasSize(5)
          .doesNotContainAnyElementsOf(page);
      for (int i = 0; i < 20; i++) {
        states.delete(pass, space, "a" + i % 3, "k" + i, 1L, null, "key");
      }
      assertThat(refusal(() -> states.get(pass, space, "a0", "k0")).code())
          .isEqualTo(ErrorCode.STATE_NOT_FOUND);
    }
  }

  @Test
  @Order(3)
  void aConditionHoldsBehindTheHop() {
    Namespace space = cluster.namespaceOn(cluster.node(2), StorageNode.externalSettings());
    Node entry = cluster.node(0);
    AccessPass all = ThreeNodes.pass(entry, null, ALL);
    AccessPass few = ThreeNodes.pass(entry, "sensitivity <= \"public\"", ALL);
    MemoryDraft draft =
        Drafts.of("secret ships").sensitivity(Sensitivity.RESTRICTED).vector(unit(1)).draft();
    MemoryId hidden = store(entry, all, space, draft, null);
    MemoryId shown = store(entry, few, space, Drafts.of("ships").vector(unit(1)).draft(), null);
    MemoryStore memories = entry.owned.memories();

    assertThat(refusal(() -> memories.get(few, space, hidden)).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
    assertThat(refusal(() -> store(entry, few, space, draft, null)).code())
        .isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(list(entry, few, List.of(space)).memories())
        .extracting(Memory::memoryId)
        .containsExactly(shown);
    assertThat(memories.search(few, List.of(space), byWords("ships"), null).hits())
        .extracting(hit -> hit.memory().memoryId())
        .containsExactly(shown);
    assertThat(list(entry, all, List.of(space)).memories()).hasSize(2);
  }

  private static MemoryId store(
      Node entry,
      AccessPass pass,
      Namespace space,
      MemoryDraft draft,
      @Nullable IdempotencyKey key) {
    Reply.StoreResult result =
        entry
            .owned
            .memories()
            .store(pass, space, draft, new MemoryId(UUID.randomUUID()), "a1", key, "key");
    return java.util.Objects.requireNonNull(result.memory()).memoryId();
  }

  private static MemoryPage list(Node entry, AccessPass pass, List<Namespace> spaces) {
    return entry.owned.memories().list(pass, spaces, Filter.ALL, 100, null, true);
  }

  private static SearchQuery byWords(String words) {
    return SearchQuery.byWords(words, 10, null, Filter.ALL);
  }

  private static float[] unit(long seed) {
    return Drafts.vectorOf(seed);
  }

  /** Vectors are compared by their numbers. */
  private static void assertSame(Object actual, Object expected) {
    assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
  }

  private static RekindleException refusal(ThrowingCallable call) {
    return catchThrowableOfType(RekindleException.class, call);
  }
}
