package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.PendingMemory;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scans that go on behind a row, of all partitions at once and of one after the other. */
class DueMemoriesIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final MemoryStore STORE = NODE.storage().memories();
  private static final Pass ALL = StorageNode.PASS;

  private final Namespace a = SharedNode.freshNamespace(StorageNode.modelSettings(4));
  private final Namespace b = SharedNode.freshNamespace(StorageNode.modelSettings(4));

  /** Of the namespaces of this test alone. */
  private DueMemories due(boolean avoiding) {
    NamespacesById namespaces =
        new NamespacesById() {
          @Override
          public @Nullable Namespace find(NamespaceId id) {
            return id.equals(a.id()) ? a : id.equals(b.id()) ? b : null;
          }

          @Override
          public Set<Integer> avoidedPartitions() {
            return avoiding ? Set.of(freePartition()) : Set.of();
          }
        };
    return new DueMemories(NODE.caches(), new Transactions(NODE.ignite()), namespaces, NODE.clock);
  }

  /** One that holds none of the rows of this test. */
  private int freePartition() {
    Set<Integer> used = new HashSet<>();
    for (Namespace namespace : List.of(a, b)) {
      for (int ordinal = 0; ordinal < namespace.settings().slices(); ordinal++) {
        used.add(
            NODE.ignite()
                .affinity(CacheName.MEMORY.cache())
                .partition(SliceId.of(namespace.id(), ordinal).value()));
      }
    }
    return IntStream.range(0, 512).filter(i -> !used.contains(i)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatHasExpiredIsFoundBehindAnyOneBeItThereOrGone(boolean avoiding) {
    DueMemories due = due(avoiding);
    Instant soon = NODE.clock.instant().plus(Duration.ofMinutes(1));
    for (int i = 0; i < 24; i++) {
      // Many expire in the same microsecond.
      Drafts draft = Drafts.of("due").expiresAt(soon.plusSeconds(i / 12));
      store(i % 2 == 0 ? a : b, draft);
    }
    NODE.clock.advance(Duration.ofMinutes(2));
    List<ExpiredMemory> all = due.findExpired(ALL, null, 1_000);
    assertThat(all).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(due.findExpired(ALL, all.get(i), 1_000)).isEqualTo(all.subList(i + 1, 24));
    }
    assertThat(due.findExpired(ALL, all.get(5), 7)).isEqualTo(all.subList(6, 13));
    assertThat(STORE.deleteExpired(ALL, all.get(5))).isTrue();
    assertThat(due.findExpired(ALL, all.get(5), 1_000)).isEqualTo(all.subList(6, 24));
    all.forEach(memory -> STORE.deleteExpired(ALL, memory));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatWaitsIsFoundBehindAnyOneBeItThereOrGone(boolean avoiding) {
    DueMemories due = due(avoiding);
    for (int i = 0; i < 24; i++) {
      store(i % 2 == 0 ? a : b, Drafts.of("waits"));
    }
    List<PendingMemory> all = pending(due, null);
    assertThat(all).hasSize(24);
    for (int i = 0; i < 24; i++) {
      assertThat(pending(due, all.get(i))).isEqualTo(all.subList(i + 1, 24));
    }
    PendingMemory gone = all.get(5);
    STORE.delete(ALL, gone.namespace(), gone.memoryId(), null, null, "test");
    assertThat(pending(due, gone)).isEqualTo(all.subList(6, 24));
    assertThat(due.visitPending(ALL, EmbeddingStatus.PENDING, gone, _ -> false)).isTrue();
  }

  private static List<PendingMemory> pending(DueMemories due, @Nullable PendingMemory after) {
    List<PendingMemory> found = new ArrayList<>();
    assertThat(due.visitPending(ALL, EmbeddingStatus.PENDING, after, found::add)).isFalse();
    return found;
  }

  private static void store(Namespace namespace, Drafts draft) {
    var _ =
        STORE.store(
            ALL, namespace, draft.draft(), new MemoryId(UUID.randomUUID()), null, null, "test");
  }
}
