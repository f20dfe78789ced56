package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply.StoreResult;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.storage.row.MemoryKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryStoreIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final MemoryStore STORE = NODE.storage().memories();
  private static final Pass ALL = StorageNode.PASS;
  private static final String LINEAGE = "lineage";

  private final Namespace plain = SharedNode.freshNamespace(StorageNode.modelSettings(4));

  @Test
  void whatWasStoredIsRead() {
    MemoryId id = store(plain, Drafts.of("tea").metadata("{\"kind\":\"drink\"}").subject("p1"));

    Memory memory = STORE.get(ALL, plain, id);

    assertThat(memory.payload().content()).isEqualTo("tea");
    assertThat(memory.payload().metadata()).isEqualTo("{\"kind\":\"drink\"}");
    assertThat(memory.payload().subjectId()).isEqualTo("p1");
    assertThat(memory.columns().version()).isEqualTo(1);
    assertThat(memory.columns().embeddingStatus()).isEqualTo(EmbeddingStatus.PENDING);
  }

  @Test
  void anIdIsNeverOverwrittenAndAHiddenOneIsNotNamed() {
    MemoryId id = store(plain, Drafts.of("first").sensitivity(Sensitivity.RESTRICTED));
    Pass narrow = Passes.where(plain, "sensitivity <= \"internal\"", Action.STORE);

    RekindleException seen = refusal(() -> store(ALL, plain, Drafts.of("second").id(id), null));
    RekindleException hidden =
        refusal(() -> store(narrow, plain, Drafts.of("second").id(id), null));

    assertThat(seen.code()).isEqualTo(ErrorCode.MEMORY_EXISTS);
    assertThat(seen.details()).containsEntry("memory_id", id.toString());
    assertThat(hidden.code()).isEqualTo(ErrorCode.UNIQUE_CONFLICT);
    assertThat(hidden.details()).isEmpty();
    assertThat(STORE.get(ALL, plain, id).payload().content()).isEqualTo("first");
  }

  @Test
  void anExternalKeyIsUniqueAndFindsItsMemory() {
    MemoryId id =
        store(plain, Drafts.of("a").externalKey("k1").sensitivity(Sensitivity.RESTRICTED));
    Pass narrow = Passes.where(plain, "sensitivity <= \"internal\"", Action.STORE, Action.GET);

    assertThat(STORE.getByExternalKey(ALL, plain, "k1").memoryId()).isEqualTo(id);
    assertThat(refusal(() -> store(ALL, plain, Drafts.of("b").externalKey("k1"), null)).code())
        .isEqualTo(ErrorCode.MEMORY_EXISTS);
    assertThat(refusal(() -> store(narrow, plain, Drafts.of("b").externalKey("k1"), null)).code())
        .isEqualTo(ErrorCode.UNIQUE_CONFLICT);
    assertThat(refusal(() -> STORE.getByExternalKey(narrow, plain, "k1")).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
  }

  @Test
  void aReplayIsAnsweredFromTheCurrentRowAndAuthorisedAnew() {
    IdempotencyKey key = new IdempotencyKey("once");
    StoreResult first = store(ALL, plain, Drafts.of("x"), key);
    StoreResult second = store(ALL, plain, Drafts.of("x"), key);
    MemoryId id = idOf(first);

    assertThat(first.created()).isTrue();
    assertThat(second.created()).isFalse();
    assertThat(idOf(second)).isEqualTo(id);
    assertThat(refusal(() -> store(ALL, plain, Drafts.of("y"), key)).code())
        .isEqualTo(ErrorCode.IDEMPOTENCY_CONFLICT);

    update(ALL, id, null, Drafts.of("x").sensitivity(Sensitivity.RESTRICTED), Field.SENSITIVITY);
    Pass narrow = Passes.where(plain, "sensitivity <= \"internal\"", Action.STORE);
    assertThat(refusal(() -> store(narrow, plain, Drafts.of("x"), key)).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);

    STORE.delete(ALL, plain, id, null, null, LINEAGE);
    assertThat(store(ALL, plain, Drafts.of("x"), key).created()).isTrue();
  }

  @Test
  void dedupeAnswersWithTheEarlierMemoryOfTheSameSubject() {
    Namespace dedupe = SharedNode.freshNamespace(StorageNode.dedupeSettings());
    MemoryId winner = store(dedupe, Drafts.of("same").subject("p1"));

    StoreResult again = store(ALL, dedupe, Drafts.of("same").subject("p1"), null);
    StoreResult other = store(ALL, dedupe, Drafts.of("same").subject("p2"), null);

    assertThat(again.created()).isFalse();
    assertThat(idOf(again)).isEqualTo(winner);
    assertThat(other.created()).isTrue();

    STORE.update(ALL, dedupe, winner, null, Drafts.of("new").patch(Field.CONTENT), null, LINEAGE);
    assertThat(store(ALL, dedupe, Drafts.of("same").subject("p1"), null).created()).isTrue();
    assertThat(idOf(store(ALL, dedupe, Drafts.of("new").subject("p1"), null))).isEqualTo(winner);
  }

  @Test
  void anUpdateNeedsTheVersionThatWasSeen() {
    MemoryId id = store(plain, Drafts.of("v1"));

    Memory changed = update(ALL, id, 1L, Drafts.of("v2"), Field.CONTENT);
    RekindleException late = refusal(() -> update(ALL, id, 1L, Drafts.of("v3"), Field.CONTENT));

    assertThat(changed.columns().version()).isEqualTo(2);
    assertThat(late.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
    assertThat(late.details()).containsEntry("current_version", "2");
    assertThat(STORE.get(ALL, plain, id).payload().content()).isEqualTo("v2");
  }

  @Test
  void aRowMayNotLeaveItsWritersSight() {
    MemoryId id = store(plain, Drafts.of("v1"));
    Pass narrow =
        Passes.where(
            plain, "sensitivity <= \"internal\"", Action.UPDATE, Action.RELABEL, Action.STORE);

    RekindleException moved =
        refusal(
            () ->
                update(
                    narrow,
                    id,
                    null,
                    Drafts.of("v1").sensitivity(Sensitivity.RESTRICTED),
                    Field.SENSITIVITY));
    RekindleException stored =
        refusal(
            () -> store(narrow, plain, Drafts.of("x").sensitivity(Sensitivity.RESTRICTED), null));

    assertThat(moved.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(stored.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(STORE.get(ALL, plain, id).columns().sensitivity()).isEqualTo(Sensitivity.PUBLIC);
  }

  @Test
  void newContentDropsTheVectorsAndOldVectorsComeTooLate() {
    MemoryId id = store(plain, Drafts.of("old"));
    PendingText old = Objects.requireNonNull(NODE.storage().vectors().openPending(ALL, plain, id));
    assertThat(complete(id, old.contentVersion())).isTrue();
    assertThat(STORE.get(ALL, plain, id).columns().hasEmbedding()).isTrue();

    update(ALL, id, null, Drafts.of("new"), Field.CONTENT);

    assertThat(STORE.get(ALL, plain, id).columns().embeddingStatus())
        .isEqualTo(EmbeddingStatus.PENDING);
    assertThat(complete(id, old.contentVersion())).isFalse();
    assertThat(pending()).contains(id);
    IndexMirror.check(NODE, plain);
  }

  @Test
  void aDeleteLeavesNothingBehind() {
    MemoryId id =
        idOf(store(ALL, plain, Drafts.of("x").externalKey("gone"), new IdempotencyKey("gone")));
    PendingText text = Objects.requireNonNull(NODE.storage().vectors().openPending(ALL, plain, id));
    complete(id, text.contentVersion());
    long unique = NODE.caches().uniqueKey().sizeLong();
    long records = NODE.caches().idempotency().sizeLong();
    long vectors = NODE.caches().vector().sizeLong();

    IdempotencyKey key = new IdempotencyKey("delete");
    STORE.delete(ALL, plain, id, 1L, key, LINEAGE);
    STORE.delete(ALL, plain, id, 1L, key, LINEAGE);

    assertThat(refusal(() -> STORE.get(ALL, plain, id)).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
    assertThat(NODE.caches().uniqueKey().sizeLong()).isEqualTo(unique - 1);
    assertThat(NODE.caches().idempotency().sizeLong()).isEqualTo(records);
    assertThat(NODE.caches().vector().sizeLong()).isEqualTo(vectors - 1);
    assertThat(NODE.caches().memory().containsKey(new MemoryKey(plain.sliceOf(id), id))).isFalse();
    assertThat(refusal(() -> STORE.delete(ALL, plain, id, null, null, LINEAGE)).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
  }

  @Test
  void anExpiredMemoryIsGoneAtOnceAndGivesItsKeyFree() {
    Instant soon = NODE.clock.instant().plus(Duration.ofMinutes(1));
    MemoryId id = store(plain, Drafts.of("short").externalKey("again").expiresAt(soon));

    NODE.clock.advance(Duration.ofMinutes(2));

    assertThat(refusal(() -> STORE.get(ALL, plain, id)).code())
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
    assertThat(STORE.findExpired(ALL, null, 1_000)).anyMatch(due -> due.memoryId().equals(id));
    assertThat(store(ALL, plain, Drafts.of("long").externalKey("again"), null).created()).isTrue();
    assertThat(STORE.findExpired(ALL, null, 1_000)).noneMatch(due -> due.memoryId().equals(id));
  }

  private static List<MemoryId> pending() {
    List<MemoryId> pending = new ArrayList<>();
    NODE.storage()
        .vectors()
        .visitPending(ALL, EmbeddingStatus.PENDING, null, memory -> pending.add(memory.memoryId()));
    return pending;
  }

  private static boolean complete(MemoryId id, long contentVersion, Namespace namespace) {
    return NODE.storage()
        .vectors()
        .complete(
            ALL,
            namespace,
            id,
            contentVersion,
            EmbeddingModelId.BGE_SMALL_EN,
            Drafts.chunks(Drafts.vectorOf(1)));
  }

  private boolean complete(MemoryId id, long contentVersion) {
    return complete(id, contentVersion, plain);
  }

  private Memory update(
      Pass pass, MemoryId id, @Nullable Long expected, Drafts to, Field... fields) {
    return STORE.update(pass, plain, id, expected, to.patch(fields), null, LINEAGE);
  }

  private static MemoryId store(Namespace namespace, Drafts draft) {
    return idOf(store(ALL, namespace, draft, null));
  }

  private static StoreResult store(
      Pass pass, Namespace namespace, Drafts draft, @Nullable IdempotencyKey key) {
    MemoryId given = draft.memoryId();
    MemoryId id = given == null ? new MemoryId(UUID.randomUUID()) : given;
    return STORE.store(pass, namespace, draft.draft(), id, null, key, LINEAGE);
  }

  private static MemoryId idOf(StoreResult result) {
    return Objects.requireNonNull(result.memory()).memoryId();
  }

  private static RekindleException refusal(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
