package io.rekindle.node.maintenance.expiry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.telemetry.NodeMeters;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpirySweepTest {
  private static final SystemPass PASS = SystemPass.mint(SystemPass.Purpose.EXPIRY);

  private static final Instant EXPIRED_AT = Instant.parse("2026-01-01T00:00:00Z");

  private final Namespace a = namespace(1, "company_a");
  private final Namespace b = namespace(2, "company_b");
  private final ExpiringMemories memories = new ExpiringMemories();
  private final NodeMeters meters = new NodeMeters();
  @TempDir Path folder;
  private AuditLog audit;
  private ExpirySweep sweep;

  @BeforeEach
  void openTheLog() {
    audit = TestAudit.open(folder);
    sweep = new ExpirySweep(memories, audit, meters, InstantSource.system());
  }

  @AfterEach
  void closeTheLog() {
    audit.close();
  }

  @Test
  void eachNamespaceHasAnIntentOfAllAndAnOutcomeOfTheDeleted() {
    List<MemoryId> many = expire(a, 100);
    List<MemoryId> one = expire(b, 1);
    memories.gone.add(many.get(99));

    assertThat(sweep.run(PASS)).isEqualTo(100);

    List<AuditEntry> records = TestAudit.records(audit);
    assertThat(records)
        .extracting(AuditEntry::kind)
        .containsExactly("intent", "outcome", "intent", "outcome");
    assertThat(records).extracting(AuditEntry::memoryCount).containsExactly(100L, 99L, 1L, 1L);
    assertThat(records).allMatch(entry -> entry.action().equals("memory.delete"));
    assertThat(records).allMatch(entry -> entry.transport().equals("expiry"));
    assertThat(records.get(0).requestId()).isEqualTo(records.get(1).requestId());
    assertThat(records.get(2).requestId()).isNotEqualTo(records.get(1).requestId());
    assertThat(records.get(3).memoryIds()).isEqualTo(one);
    assertThat(audit.openIntents()).isEmpty();
    assertThat(meters.scrape()).contains("rekindle_memories_expired_total 100.0");
  }

  @Test
  void nothingExpiredLeavesNoRecord() {
    assertThat(sweep.run(PASS)).isZero();

    assertThat(TestAudit.records(audit)).isEmpty();
  }

  @Test
  void allThatHasExpiredGoesHoweverMuchCannotBeDeleted() {
    List<MemoryId> many = expire(a, 3_500);
    memories.damaged.addAll(many.subList(0, 1_200));

    assertThat(sweep.runAll(PASS)).isEqualTo(2_300);
    assertThat(memories.expired).hasSize(1_200);
  }

  @Test
  void idempotencyRecordsAreDroppedToTheEndOrManyOfThem() {
    memories.idempotencyRecords = 2_000;
    assertThat(sweep.dropIdempotency(PASS)).isEqualTo(2_000);
    memories.idempotencyRecords = 100_001;
    assertThat(sweep.dropIdempotency(PASS)).isEqualTo(100_000);
    assertThat(sweep.dropIdempotency(PASS)).isOne();
  }

  @Test
  void oneThatCannotBeDeletedKeepsNoOtherBackAndTheOutcomeSaysSo() {
    List<MemoryId> ours = expire(a, 3);
    List<MemoryId> others = expire(b, 1);
    memories.damaged.add(ours.get(0));

    assertThat(sweep.run(PASS)).isEqualTo(3);

    List<AuditEntry> records = TestAudit.records(audit);
    assertThat(records.get(1).decision()).isEqualTo("DATA_CORRUPTED");
    assertThat(records.get(1).memoryIds()).containsExactly(ours.get(1), ours.get(2));
    assertThat(records.get(3).decision()).isEqualTo("allowed");
    assertThat(records.get(3).memoryIds()).isEqualTo(others);
    assertThat(audit.openIntents()).isEmpty();
  }

  @Test
  void howeverManyCannotBeDeletedTheOthersHaveTheirTurn() {
    List<MemoryId> stuck = expire(a, 2_500);
    memories.damaged.addAll(stuck);
    expire(b, 1, EXPIRED_AT.plusSeconds(1));

    for (int round = 0; round < 3; round++) {
      sweep.run(PASS);
    }
    assertThat(memories.expired)
        .extracting(ExpiredMemory::memoryId)
        .containsExactlyInAnyOrderElementsOf(stuck);

    memories.damaged.clear();
    for (int round = 0; round < 3; round++) {
      sweep.run(PASS);
    }
    assertThat(memories.expired).as("from the beginning again").isEmpty();
  }

  @Test
  void withoutTheAuditNothingIsDeleted() {
    expire(a, 1);
    audit.close();

    assertThatThrownBy(() -> sweep.run(PASS))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_UNAVAILABLE));
    assertThat(memories.expired).hasSize(1);
  }

  private List<MemoryId> expire(Namespace namespace, int count) {
    return expire(namespace, count, EXPIRED_AT);
  }

  private List<MemoryId> expire(Namespace namespace, int count, Instant expiresAt) {
    List<MemoryId> ids =
        IntStream.range(0, count)
            .mapToObj(i -> new MemoryId(new UUID(namespace.path().hashCode(), i)))
            .toList();
    ids.forEach(id -> memories.expired.add(new ExpiredMemory(namespace, id, 1, expiresAt)));
    return ids;
  }

  private static Namespace namespace(int number, String path) {
    return new Namespace(
        NamespaceId.of(new UUID(number, 0)),
        NamespacePath.parse(path),
        new NamespaceSettings(EmbeddingModelId.EXTERNAL, 2, Distance.COSINE, List.of(), false, 1),
        Instant.EPOCH,
        1);
  }
}
