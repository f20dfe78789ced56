package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply.StoreResult;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.UniqueRow;
import io.rekindle.node.storage.row.VectorKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores one memory: a single put when nothing but the row is written, else one transaction. */
final class StoreMemory {
  private final Caches caches;
  private final Transactions transactions;
  private final SealedMemories sealed;
  private final MemoryView view;
  private final Replays replays;
  private final DeleteMemory delete;

  StoreMemory(
      Caches caches,
      Transactions transactions,
      SealedMemories sealed,
      MemoryView view,
      Replays replays,
      DeleteMemory delete) {
    this.caches = caches;
    this.transactions = transactions;
    this.sealed = sealed;
    this.view = view;
    this.replays = replays;
    this.delete = delete;
  }

  /** Everything that one store writes, made before any lock is taken. */
  private record NewMemory(
      Namespace namespace,
      MemoryKey key,
      MemoryColumns columns,
      MemoryRow row,
      float @Nullable [] vector,
      @Nullable DigestKey externalKey,
      @Nullable DigestKey content,
      @Nullable Replay replay,
      Filter rowFilter) {

    List<DigestKey> uniqueKeys() {
      List<DigestKey> keys = new ArrayList<>(2);
      if (externalKey != null) {
        keys.add(externalKey);
      }
      if (content != null) {
        keys.add(content);
      }
      return keys;
    }

    boolean isRowAlone() {
      return vector == null && externalKey == null && content == null && replay == null;
    }
  }

  StoreResult store(
      Pass pass,
      Namespace namespace,
      MemoryDraft draft,
      MemoryId newId,
      @Nullable String agentId,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    pass.check(Action.STORE, namespace.path());
    NewMemory memory =
        prepare(
            namespace,
            draft,
            newId,
            agentId,
            replays.of(namespace, Action.STORE.id(), idempotencyKey, lineage, parts(draft)),
            pass.rowFilter(namespace.path()));
    return memory.isRowAlone() ? putRow(memory) : putAll(memory);
  }

  private NewMemory prepare(
      Namespace namespace,
      MemoryDraft draft,
      MemoryId id,
      @Nullable String agentId,
      @Nullable Replay replay,
      Filter rowFilter) {
    float[] vector = VectorChecks.requireFitting(namespace, draft.vector());
    view.requireFuture(draft.expiresAt());
    Instant now = Micros.truncate(view.now());
    MemoryKey key = MemoryView.key(namespace, id);
    MemoryColumns columns = columns(namespace, draft, agentId, id, now);
    MemoryPayload payload =
        new MemoryPayload(draft.content(), draft.metadata(), draft.source(), draft.subjectId());
    if (!new MemoryView.Opened(columns, payload).passes(rowFilter)) {
      throw hiddenFromWriter();
    }
    String externalKey = draft.externalKey();
    DigestKey external = externalKey == null ? null : sealed.externalKey(namespace, externalKey);
    DigestKey content =
        namespace.settings().dedupeContent() ? sealed.content(namespace, payload) : null;
    RowPartners partners =
        new RowPartners(
                sealed.subjectDigest(namespace, draft.subjectId()),
                vector == null ? 0 : 1,
                digests(external, content),
                List.of())
            .withIdempotency(replay == null ? null : replay.key().digest());
    MemoryRow row = new MemoryRow(columns, partners, sealed.seal(namespace, id, payload));
    return new NewMemory(
        namespace, key, columns, row, vector, external, content, replay, rowFilter);
  }

  private StoreResult putRow(NewMemory memory) {
    while (!caches.memory().putIfAbsent(memory.key(), memory.row())) {
      MemoryRow taken = caches.memory().get(memory.key());
      if (taken != null && !delete.expire(memory.namespace(), memory.key(), taken)) {
        throw conflict(memory, memory.key(), taken);
      }
    }
    return new StoreResult(memory.columns(), true, null);
  }

  private StoreResult putAll(NewMemory memory) {
    List<MemoryKey> expired = new ArrayList<>();
    return transactions.run(
        () -> {
          for (MemoryKey key : expired) {
            MemoryRow row = caches.memory().get(key);
            if (row != null) {
              delete.expire(memory.namespace(), key, row);
            }
          }
          expired.clear();
          return () -> attempt(memory, expired);
        });
  }

  private @Nullable StoreResult attempt(NewMemory memory, List<MemoryKey> expired) {
    Namespace namespace = memory.namespace();
    SliceLocks locks = new SliceLocks(caches, namespace);
    Replay replay = memory.replay();
    locks.lockDigests(replay == null ? List.of() : List.of(replay.key()), memory.uniqueKeys());
    UUID earlier = replay == null ? null : replay.earlierTarget(locks.replay(replay.key()));
    MemoryKey earlierKey =
        earlier == null ? null : MemoryView.key(namespace, new MemoryId(earlier));
    locks.lockRows(rowsToLock(memory, locks, earlierKey));
    if (earlierKey != null && locks.row(earlierKey) != null) {
      MemoryView.Opened opened =
          view.get(namespace, earlierKey, locks.row(earlierKey), memory.rowFilter());
      return new StoreResult(opened.columns(), false, null);
    }
    for (MemoryKey holder : holders(memory, locks)) {
      MemoryRow row = locks.row(holder);
      if (row != null && row.expiredAt(Micros.of(view.now()))) {
        expired.add(holder);
        return null;
      }
    }
    StoreResult duplicate = findDuplicate(memory, locks);
    if (duplicate == null) {
      write(memory);
    }
    return duplicate == null ? new StoreResult(memory.columns(), true, null) : duplicate;
  }

  private static Set<MemoryKey> rowsToLock(
      NewMemory memory, SliceLocks locks, @Nullable MemoryKey earlier) {
    Set<MemoryKey> keys = holders(memory, locks);
    if (earlier != null) {
      keys.add(earlier);
    }
    return keys;
  }

  /** Whoever may stand in the way: the row of this id, and those that hold the unique values. */
  private static Set<MemoryKey> holders(NewMemory memory, SliceLocks locks) {
    Set<MemoryKey> keys = new HashSet<>();
    keys.add(memory.key());
    for (DigestKey unique : memory.uniqueKeys()) {
      MemoryKey holder = locks.holder(unique);
      if (holder != null) {
        keys.add(holder);
      }
    }
    return keys;
  }

  /** Id first, then external key: a conflict; then content: the earlier memory is the answer. */
  private @Nullable StoreResult findDuplicate(NewMemory memory, SliceLocks locks) {
    MemoryRow sameId = locks.row(memory.key());
    if (sameId != null) {
      throw conflict(memory, memory.key(), sameId);
    }
    MemoryKey sameExternal = holder(memory.externalKey(), locks);
    if (sameExternal != null) {
      throw conflict(memory, sameExternal, locks.row(sameExternal));
    }
    MemoryKey sameContent = holder(memory.content(), locks);
    if (sameContent == null) {
      return null;
    }
    MemoryView.Opened winner =
        view.find(memory.namespace(), sameContent, locks.row(sameContent), memory.rowFilter());
    if (winner == null) {
      throw uniqueConflict();
    }
    return new StoreResult(winner.columns(), false, null);
  }

  /** The memory that holds a unique value, if its row exists and still claims the value. */
  private static @Nullable MemoryKey holder(@Nullable DigestKey unique, SliceLocks locks) {
    MemoryKey holder = unique == null ? null : locks.holder(unique);
    MemoryRow row = holder == null ? null : locks.row(holder);
    return row != null && unique != null && row.partners().claims(unique.digest()) ? holder : null;
  }

  /** In this order: what a row relies on, then the row, then what relies on the row. */
  private void write(NewMemory memory) {
    Replay replay = memory.replay();
    UUID id = memory.columns().memoryId().value();
    if (replay != null) {
      caches.idempotency().put(replay.key(), replay.record(id));
    }
    for (DigestKey unique : memory.uniqueKeys()) {
      caches.uniqueKey().put(unique, new UniqueRow(memory.columns().memoryId()));
    }
    caches.memory().put(memory.key(), memory.row());
    float[] vector = memory.vector();
    if (vector != null) {
      VectorKey key = new VectorKey(memory.key(), 0);
      long contentVersion = memory.columns().contentVersion();
      caches.vector().put(key, sealed.sealVector(memory.namespace(), key, contentVersion, vector));
    }
  }

  private RekindleException conflict(NewMemory memory, MemoryKey key, @Nullable MemoryRow row) {
    if (view.find(memory.namespace(), key, row, memory.rowFilter()) == null) {
      return uniqueConflict();
    }
    return new RekindleException(
        ErrorCode.MEMORY_EXISTS,
        "a memory with this id or external key exists",
        Map.of("memory_id", key.memoryId().toString()));
  }

  private static RekindleException uniqueConflict() {
    return new RekindleException(ErrorCode.UNIQUE_CONFLICT, "a unique value is taken");
  }

  static RekindleException hiddenFromWriter() {
    return new RekindleException(
        ErrorCode.PERMISSION_DENIED, "the memory would lie outside the condition of the grants");
  }

  private static List<byte[]> digests(@Nullable DigestKey external, @Nullable DigestKey content) {
    List<byte[]> digests = new ArrayList<>(2);
    if (external != null) {
      digests.add(external.digest());
    }
    if (content != null) {
      digests.add(content.digest());
    }
    return digests;
  }

  private static MemoryColumns columns(
      Namespace namespace, MemoryDraft draft, @Nullable String agentId, MemoryId id, Instant now) {
    Instant expiresAt = draft.expiresAt();
    return new MemoryColumns(
        id,
        draft.externalKey(),
        draft.path(),
        agentId,
        draft.sessionId(),
        draft.memoryType(),
        draft.tags(),
        draft.sensitivity(),
        draft.importance(),
        VectorChecks.isExternal(namespace) ? EmbeddingStatus.EMBEDDED : EmbeddingStatus.PENDING,
        namespace.settings().embeddingModel(),
        now,
        now,
        expiresAt == null ? null : Micros.truncate(expiresAt),
        1,
        1);
  }

  private static RequestParts parts(MemoryDraft draft) {
    return new RequestParts()
        .add("memory_id", draft.memoryId())
        .add("external_key", draft.externalKey())
        .add("path", draft.path())
        .add("session_id", draft.sessionId())
        .add("subject_id", draft.subjectId())
        .add("memory_type", draft.memoryType())
        .add("tags", draft.tags())
        .add("sensitivity", draft.sensitivity())
        .add("importance", draft.importance())
        .add("expires_at", draft.expiresAt())
        .add("content", draft.content())
        .add("metadata", draft.metadata())
        .add("source", draft.source())
        .add("vector", draft.vector());
  }
}
