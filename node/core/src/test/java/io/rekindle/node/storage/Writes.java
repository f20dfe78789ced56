package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.engine.IgniteStorage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every way to write to a namespace, in short. */
record Writes(IgniteStorage storage) {
  private static final Pass ALL = StorageNode.PASS;
  private static final String LINEAGE = "lineage";

  MemoryId store(Namespace space, Drafts draft, MemoryId id) {
    storage.memories().store(ALL, space, draft.draft(), id, null, null, LINEAGE);
    return id;
  }

  /** With everything that a row can have beside it. */
  MemoryId storeAll(Namespace space, MemoryId id) {
    IdempotencyKey once = new IdempotencyKey("store " + id);
    Drafts draft = Drafts.of("all of " + id).externalKey("key " + id).subject("subject");
    storage.memories().store(ALL, space, draft.draft(), id, null, once, LINEAGE);
    return id;
  }

  void update(Namespace space, MemoryId id) {
    IdempotencyKey once = new IdempotencyKey("update " + System.nanoTime());
    storage
        .memories()
        .update(ALL, space, id, null, Drafts.of("new").patch(Field.CONTENT), once, LINEAGE);
  }

  void delete(Namespace space, MemoryId id) {
    storage.memories().delete(ALL, space, id, null, new IdempotencyKey("delete " + id), LINEAGE);
  }

  void expire(Namespace space, MemoryId id) {
    storage.memories().deleteExpired(ALL, new ExpiredMemory(space, id, 1, Instant.EPOCH));
  }

  @Nullable PendingText pending(Namespace space, MemoryId id) {
    return storage.vectors().openPending(ALL, space, id);
  }

  boolean complete(Namespace space, MemoryId id, long contentVersion) {
    return storage
        .vectors()
        .complete(
            ALL,
            space,
            id,
            contentVersion,
            EmbeddingModelId.BGE_SMALL_EN,
            Drafts.chunks(Drafts.vectorOf(1), Drafts.vectorOf(2)));
  }

  void fail(Namespace space, MemoryId id) {
    storage.vectors().fail(ALL, space, id, VectorStore.ANY_CONTENT);
  }

  AgentState set(Namespace space, String agent, String key) {
    IdempotencyKey once = new IdempotencyKey("set " + System.nanoTime());
    return storage.agentStates().set(ALL, space, agent, key, "1", null, null, once, LINEAGE);
  }

  void deleteState(Namespace space, String agent, String key) {
    storage.agentStates().delete(ALL, space, agent, key, null, null, LINEAGE);
  }

  void count(Namespace space, MemoryId id) {
    var delta = new AccessCountStore.AccessDelta(space, id, 1, Instant.EPOCH.plusSeconds(1));
    storage.accessCounts().add(ALL, List.of(delta));
  }
}
