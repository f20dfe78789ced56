package io.rekindle.node.maintenance.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.IndexMirror;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.telemetry.NodeMeters;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpirySweepIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final SystemPass PASS = SystemPass.mint(SystemPass.Purpose.EXPIRY);

  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  @TempDir Path folder;

  @Test
  void whatHasExpiredIsDeletedWithItsVectorAndTheAuditSaysSo() {
    Instant soon = NODE.clock.instant().plus(Duration.ofMinutes(1));
    MemoryId expires = store(soon);
    MemoryId later = store(soon.plus(Duration.ofDays(365)));
    MemoryId never = store(null);
    try (AuditLog audit = TestAudit.open(folder)) {
      ExpirySweep sweep =
          new ExpirySweep(NODE.storage().memories(), audit, new NodeMeters(), NODE.clock);
      sweep.run(PASS);
      assertThat(records(audit)).isEmpty();

      NODE.clock.advance(Duration.ofMinutes(2));
      assertThat(sweep.run(PASS)).isPositive();
      sweep.run(PASS);

      List<AuditEntry> records = records(audit);
      assertThat(records).extracting(AuditEntry::kind).containsExactly("intent", "outcome");
      assertThat(records).allMatch(entry -> entry.memoryIds().equals(List.of(expires)));
      assertThat(audit.openIntents()).isEmpty();
    }

    assertThat(NODE.caches().memory().containsKey(key(expires))).isFalse();
    assertThat(NODE.caches().vector().containsKey(new VectorKey(key(expires), 0))).isFalse();
    assertThat(NODE.caches().memory().containsKey(key(later))).isTrue();
    assertThat(NODE.caches().memory().containsKey(key(never))).isTrue();
    IndexMirror.check(NODE, space);
  }

  private List<AuditEntry> records(AuditLog audit) {
    return TestAudit.records(audit).stream()
        .filter(entry -> entry.namespaces().contains(space.path()))
        .toList();
  }

  private MemoryId store(@Nullable Instant expiresAt) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    Drafts draft = Drafts.of("short-lived").vector(Drafts.vectorOf(1));
    Drafts timed = expiresAt == null ? draft : draft.expiresAt(expiresAt);
    var _ = NODE.storage().memories().store(PASS, space, timed.draft(), id, null, null, "test");
    return id;
  }

  private MemoryKey key(MemoryId id) {
    return new MemoryKey(space.sliceOf(id), id);
  }
}
