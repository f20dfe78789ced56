package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.storage.engine.IgniteAuditBlockStore;
import io.rekindle.node.storage.row.MemoryKey;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Namespaces, agent states, access counts and audit blocks. */
class RegistryIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final NamespaceStore NAMESPACES = NODE.storage().namespaces();
  private static final AgentStateStore STATES = NODE.storage().agentStates();
  private static final Pass ALL = StorageNode.PASS;

  @Test
  void namespacesAreListedByPrefixAndNeverByTheBeginningOfAName() {
    String root = "r" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    for (String name : List.of("/a", "/a/x", "/a/y", "/ab", "/a-b", "/b")) {
      NODE.namespace(root + name, StorageNode.modelSettings(1));
    }
    NamespacePath prefix = NamespacePath.parse(root + "/a");

    assertThat(names(NAMESPACES.resolve(ALL, new NamespaceSelector(List.of(), prefix))))
        .containsExactly(root + "/a", root + "/a/x", root + "/a/y");
    Page<Namespace> first = NAMESPACES.list(ALL, NamespacePath.parse(root), 2, null);
    Page<Namespace> rest =
        NAMESPACES.list(ALL, NamespacePath.parse(root), 100, first.items().getLast().path());
    assertThat(first.more()).isTrue();
    assertThat(first.items()).hasSize(2);
    assertThat(rest.items()).hasSize(4);
    assertThat(rest.more()).isFalse();
    assertThat(refusal(() -> NAMESPACES.delete(ALL, prefix, true)).code())
        .isEqualTo(ErrorCode.NAMESPACE_NOT_EMPTY);
    assertThat(refusal(() -> NODE.namespace(root + "/a", StorageNode.modelSettings(1))).code())
        .isEqualTo(ErrorCode.NAMESPACE_EXISTS);
  }

  @Test
  void aNamespaceTakesAllItHoldsWithIt() {
    Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
    for (int i = 0; i < 5; i++) {
      store(space, i);
    }
    STATES.set(ALL, space, "agent", "key", "1", null, null, null, "lineage");
    long rows = NODE.caches().memory().sizeLong();
    long vectors = NODE.caches().vector().sizeLong();

    assertThat(refusal(() -> NAMESPACES.delete(ALL, space.path(), false)).code())
        .isEqualTo(ErrorCode.NAMESPACE_NOT_EMPTY);
    assertThat(NAMESPACES.delete(ALL, space.path(), true)).isEqualTo(5);

    assertThat(refusal(() -> NAMESPACES.get(ALL, space.path())).code())
        .isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
    assertThat(NODE.caches().memory().sizeLong()).isEqualTo(rows - 5);
    assertThat(NODE.caches().vector().sizeLong()).isEqualTo(vectors - 5);
  }

  @Test
  void aStateIsComparedAndSet() {
    Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(4));
    IdempotencyKey once = new IdempotencyKey("once");

    AgentState first = set(space, "k", "{\"n\":1}", 0L, once);
    AgentState replayed = set(space, "k", "{\"n\":1}", 0L, once);
    AgentState second = set(space, "k", "{\"n\":2}", 1L, null);

    assertThat(first.version()).isEqualTo(1);
    assertThat(replayed).isEqualTo(first);
    assertThat(second.version()).isEqualTo(2);
    assertThat(STATES.get(ALL, space, "a1", "k").value()).isEqualTo("{\"n\":2}");
    RekindleException late = refusal(() -> set(space, "k", "3", 1L, null));
    assertThat(late.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
    assertThat(late.details()).containsEntry("current_version", "2");
    assertThat(refusal(() -> set(space, "k", "3", 0L, null)).code())
        .isEqualTo(ErrorCode.VERSION_CONFLICT);

    STATES.delete(ALL, space, "a1", "k", 2L, null, "lineage");
    assertThat(refusal(() -> STATES.get(ALL, space, "a1", "k")).code())
        .isEqualTo(ErrorCode.STATE_NOT_FOUND);
  }

  @Test
  void statesAreListedByAgentAndKeyUnderTheRowFilter() {
    Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(4));
    for (String agent : List.of("a1", "a2")) {
      for (String key : List.of("k1", "k2", "k3")) {
        STATES.set(ALL, space, agent, key, "1", null, null, null, "lineage");
      }
    }
    Pass narrow = Passes.where(space, "agent_id = \"a2\"", Action.STATE_READ);

    Page<AgentState> first = STATES.list(ALL, space, null, 4, null);
    AgentState last = first.items().getLast();
    Page<AgentState> rest =
        STATES.list(
            ALL, space, null, 4, new AgentStateStore.StateCursor(last.agentId(), last.key()));

    assertThat(first.items())
        .extracting(state -> state.agentId() + state.key())
        .containsExactly("a1k1", "a1k2", "a1k3", "a2k1");
    assertThat(first.more()).isTrue();
    assertThat(rest.items())
        .extracting(state -> state.agentId() + state.key())
        .containsExactly("a2k2", "a2k3");
    assertThat(STATES.list(narrow, space, null, 10, null).items())
        .hasSize(3)
        .allMatch(state -> state.agentId().equals("a2"));
  }

  @Test
  void accessCountsAddUp() {
    Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
    MemoryId id = store(space, 1);
    Instant when = Instant.parse("2026-11-22T12:00:00Z");
    var delta = new AccessCountStore.AccessDelta(space, id, 2, when);

    NODE.storage().accessCounts().add(ALL, List.of(delta, delta));
    NODE.storage().accessCounts().add(ALL, List.of(delta));

    var access = NODE.storage().memories().get(ALL, space, id).access();
    assertThat(access.accessCount()).isEqualTo(6);
    assertThat(access.lastAccessedAt()).isEqualTo(when);
  }

  @Test
  void countsOfAMemoryThatIsGoneAreDropped() {
    Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
    MemoryId kept = store(space, 1);
    MemoryId gone = store(space, 2);
    Instant when = Instant.parse("2026-11-22T12:00:00Z");
    NODE.storage().memories().delete(ALL, space, gone, null, null, "lineage");

    NODE.storage()
        .accessCounts()
        .add(
            ALL,
            List.of(
                new AccessCountStore.AccessDelta(space, gone, 1, when),
                new AccessCountStore.AccessDelta(space, kept, 1, when)));

    assertThat(NODE.storage().memories().get(ALL, space, kept).access().accessCount()).isOne();
    assertThat(NODE.caches().accessCount().containsKey(new MemoryKey(space.sliceOf(gone), gone)))
        .isFalse();
  }

  @Test
  void auditBlocksAreNumberedFromOne() {
    var blocks = NODE.storage().auditBlocks();
    assertThat(blocks.lastBlock()).isZero();
    for (long number = 1; number <= 5; number++) {
      blocks.put(number, new byte[] {(byte) number});
    }

    assertThat(blocks.lastBlock()).isEqualTo(5);
    assertThat(new IgniteAuditBlockStore(NODE.ignite()).lastBlock()).isEqualTo(5);
    assertThat(blocks.find(3)).containsExactly(3);
    assertThat(blocks.find(6)).isNull();
  }

  private static AgentState set(
      Namespace space,
      String key,
      String value,
      @Nullable Long expected,
      @Nullable IdempotencyKey once) {
    return STATES.set(ALL, space, "a1", key, value, expected, null, once, "lineage");
  }

  private static MemoryId store(Namespace space, int number) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    NODE.storage()
        .memories()
        .store(
            ALL,
            space,
            Drafts.of("n").vector(Drafts.vectorOf(number)).draft(),
            id,
            null,
            null,
            "lineage");
    return id;
  }

  private static List<String> names(List<Namespace> namespaces) {
    return namespaces.stream().map(namespace -> namespace.path().toString()).toList();
  }

  private static RekindleException refusal(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
