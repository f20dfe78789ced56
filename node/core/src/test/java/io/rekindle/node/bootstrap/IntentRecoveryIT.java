package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that ends with open intents, as after a kill, and a start over real rows. */
class IntentRecoveryIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final ApiKeyId KEY = new ApiKeyId("abcdefghijklmnop");

  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  @TempDir Path folder;

  @Test
  void theOutcomeOfAStoreNamesWhatWasStored() {
    MemoryId stored = store("stored before the crash");
    MemoryId never = fresh();

    AuditEntry outcome = recover(intent(Action.STORE, space.path(), List.of(stored, never)));

    assertThat(outcome.memoryIds()).containsExactly(stored);
    assertThat(outcome.decision()).isEqualTo("found-after-crash");
    assertThat(outcome.action()).isEqualTo(Action.STORE.id());
    assertThat(outcome.principal()).isEqualTo(KEY);
    assertThat(outcome.transport()).isEqualTo("grpc");
    assertThat(outcome.peer()).isEqualTo("127.0.0.1:4711");
  }

  @Test
  void theOutcomeOfADeleteNamesWhatIsStillThere() {
    MemoryId deleted = store("deleted before the crash");
    MemoryId left = store("its turn did not come");
    NODE.storage().memories().delete(StorageNode.PASS, space, deleted, null, null, "test");

    AuditEntry outcome = recover(intent(Action.DELETE, space.path(), List.of(deleted, left)));

    assertThat(outcome.memoryIds()).containsExactly(left);
  }

  @Test
  void theOutcomeOfAnUpdateNamesWhatExistsChangedOrNot() {
    MemoryId changed = store("before");
    var _ =
        NODE.storage()
            .memories()
            .update(
                StorageNode.PASS,
                space,
                changed,
                null,
                Drafts.of("after").patch(MemoryPatch.Field.TAGS),
                null,
                "test");
    MemoryId unchanged = store("as it was");

    assertThat(recover(intent(Action.UPDATE, space.path(), List.of(changed))).memoryIds())
        .containsExactly(changed);
    assertThat(recover(intent(Action.UPDATE, space.path(), List.of(unchanged))).memoryIds())
        .containsExactly(unchanged);
  }

  @Test
  void allOfABatchOfAThousandAreLookedFor() {
    List<MemoryId> batch = Stream.generate(IntentRecoveryIT::fresh).limit(1_000).toList();
    List<MemoryId> stored = new ArrayList<>(batch.subList(0, 2));
    stored.addAll(batch.subList(930, 1_000));
    stored.forEach(id -> store("one of many", id));

    AuditEntry outcome = recover(intent(Action.STORE, space.path(), batch));

    assertThat(outcome.memoryCount()).isEqualTo(72);
    assertThat(outcome.memoryIds()).isEqualTo(stored.subList(0, 64));
  }

  @Test
  void nothingIsFoundInANamespaceThatIsGone() {
    MemoryId stored = store("gone with its namespace");
    var _ = NODE.storage().namespaces().delete(StorageNode.PASS, space.path(), true);

    AuditEntry outcome = recover(intent(Action.STORE, space.path(), List.of(stored)));

    assertThat(outcome.memoryIds()).isEmpty();
    assertThat(outcome.namespaces()).containsExactly(space.path());
  }

  @Test
  void anExpiredMemoryIsNotThereAndADamagedOneIs() {
    Instant soon = NODE.clock.instant().plus(Duration.ofMinutes(1));
    MemoryId expired = fresh();
    MemoryId damaged = store("its envelope will not open");
    store(Drafts.of("short").expiresAt(soon), expired);
    NODE.clock.advance(Duration.ofMinutes(2));
    damage(damaged);

    AuditEntry outcome = recover(intent(Action.STORE, space.path(), List.of(expired, damaged)));

    assertThat(outcome.memoryIds()).containsExactly(damaged);
    NODE.caches().memory().remove(new MemoryKey(space.sliceOf(damaged), damaged));
  }

  /** Another row's payload under this row's key: sealed things do not open elsewhere. */
  private void damage(MemoryId id) {
    MemoryId other = store("another");
    var row = NODE.caches().memory().get(new MemoryKey(space.sliceOf(other), other));
    NODE.caches().memory().put(new MemoryKey(space.sliceOf(id), id), row);
  }

  @Test
  void anIntentThatIsNotOfMemoriesIsClosedToo() {
    assertThat(recover(intent(Action.NAMESPACE_WRITE, space.path(), List.of())).memoryIds())
        .isEmpty();
  }

  private record Intent(AuditRecord record, List<MemoryId> ids) {}

  private static Intent intent(Action action, NamespacePath namespace, List<MemoryId> ids) {
    return new Intent(
        new AuditRecord(
            Instant.now(),
            AuditRecord.Kind.INTENT,
            RequestId.random(),
            KEY,
            null,
            action.id(),
            List.of(namespace),
            List.of(),
            0,
            null,
            AuditRecord.ALLOWED,
            "grpc",
            "127.0.0.1:4711",
            0),
        ids);
  }

  /**
   * Starts twice after the crash; the outcome that the first start wrote, and the second did not.
   */
  private AuditEntry recover(Intent intent) {
    try (AuditLog dying = TestAudit.open(folder)) {
      dying.append(intent.record().withMemories(intent.ids()), intent.ids());
    }
    try (AuditLog log = TestAudit.open(folder)) {
      assertThat(log.openIntents()).hasSize(1);
      start(log);
      assertThat(log.openIntents()).isEmpty();
    }
    try (AuditLog log = TestAudit.open(folder)) {
      assertThat(log.openIntents()).isEmpty();
      start(log);
      List<AuditEntry> records =
          TestAudit.records(log).stream()
              .filter(entry -> entry.requestId().equals(intent.record().requestId()))
              .toList();
      assertThat(records).extracting(AuditEntry::kind).containsExactly("intent", "outcome");
      assertThat(log.verify().problems()).isEmpty();
      return records.getLast();
    }
  }

  private static void start(AuditLog log) {
    IntentRecovery.run(
        log,
        NODE.storage().namespaces(),
        NODE.storage().memories(),
        SystemPass.mint(SystemPass.Purpose.RECOVERY),
        NODE.clock);
  }

  private MemoryId store(String content) {
    MemoryId id = fresh();
    store(content, id);
    return id;
  }

  private void store(String content, MemoryId id) {
    store(Drafts.of(content), id);
  }

  private void store(Drafts draft, MemoryId id) {
    float[] vector = Drafts.vectorOf(1);
    var _ =
        NODE.storage()
            .memories()
            .store(StorageNode.PASS, space, draft.vector(vector).draft(), id, null, null, "test");
  }

  private static MemoryId fresh() {
    return new MemoryId(UUID.randomUUID());
  }
}
