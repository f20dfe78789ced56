package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.config.Durability;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.RequestId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record that could not be written was never promised; the log goes on when the disk does. */
class DiskFaultTest {
  private final AuditFixture fixture = new AuditFixture();
  private final List<RequestId> appended = new ArrayList<>();
  @TempDir Path folder;

  private void append(AuditLog log, int count) {
    for (int i = 0; i < count; i++) {
      AuditRecord record = fixture.read("company_a");
      log.append(record);
      appended.add(record.requestId());
    }
  }

  private void refused(AuditLog log) {
    assertThatThrownBy(() -> log.append(fixture.read("company_a")))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_UNAVAILABLE));
  }

  private void assertWhole() {
    try (AuditLog log = fixture.open(folder)) {
      assertThat(AuditFixture.all(log)).extracting(AuditEntry::requestId).isEqualTo(appended);
      assertThat(log.verify().problems()).isEmpty();
    }
  }

  @Test
  void aFullDiskRefusesAndWhenThereIsRoomAgainTheLogGoesOn() {
    for (int room = 0; room < 400; room += 37) {
      try (AuditLog log = fixture.open(folder)) {
        append(log, 2);
        fixture.disk.bytesLeft = room % 150;
        refused(log);
        refused(log);
        assertThatThrownBy(() -> log.refused("::1", "unknown"))
            .isInstanceOf(RekindleException.class);
        fixture.disk.bytesLeft = Long.MAX_VALUE;
        append(log, 2);
        log.refused("::1", "unknown");
        assertThat(log.verify().problems()).isEmpty();
        // That refusal is a record of its own.
        appended.add(AuditFixture.all(log).getLast().requestId());
      }
    }
    assertWhole();
  }

  @Test
  void whileTheBrokenEndCannotBeCutNothingIsAppended() {
    try (AuditLog log = fixture.open(folder)) {
      append(log, 3);
      fixture.disk.failTruncate = true;
      fixture.disk.bytesLeft = 20;
      refused(log);
      fixture.disk.bytesLeft = Long.MAX_VALUE;
      refused(log);
      fixture.disk.failTruncate = false;
      append(log, 3);
    }
    assertWhole();
  }

  @Test
  void atPowerEveryAppendIsSyncedAndAfterAFailedSyncTheNextFileBegins() throws Exception {
    fixture.durability = Durability.POWER;
    try (AuditLog log = fixture.open(folder)) {
      int before = fixture.disk.syncs;
      append(log, 3);
      assertThat(fixture.disk.syncs).isEqualTo(before + 3);
      int files = AuditFixture.tailFiles(folder).size();
      fixture.disk.failSync = true;
      refused(log);
      fixture.disk.failSync = false;
      append(log, 2);
      assertThat(AuditFixture.tailFiles(folder)).hasSize(files + 1);
    }
    assertWhole();
  }

  @Test
  void atProcessOneAppendIsOneWriteAndNoSync() {
    try (AuditLog log = fixture.open(folder)) {
      int writes = fixture.disk.writes;
      int syncs = fixture.disk.syncs;
      append(log, 5);
      assertThat(fixture.disk.writes).isEqualTo(writes + 5);
      assertThat(fixture.disk.syncs).isEqualTo(syncs);
    }
  }

  @Test
  void aNextFileThatCannotBeMadeIsTriedAgain() {
    fixture.settings =
        new AuditSettings(
            4_096,
            AuditFixture.SETTINGS.blockInterval(),
            AuditFixture.SETTINGS.heartbeat(),
            8,
            1_024,
            1024 * 1024);
    try (AuditLog log = fixture.open(folder)) {
      append(log, 5);
      fixture.disk.bytesLeft = 10;
      for (int i = 0; i < 3; i++) {
        refused(log);
      }
      fixture.disk.bytesLeft = Long.MAX_VALUE;
      append(log, 20);
    }
    assertWhole();
  }

  @Test
  void aTailAtItsBoundRefusesUntilBlocksHaveLeft() {
    fixture.settings =
        new AuditSettings(
            4_096,
            AuditFixture.SETTINGS.blockInterval(),
            AuditFixture.SETTINGS.heartbeat(),
            8,
            4_096,
            16_384);
    MemorySink sink = new MemorySink();
    try (AuditLog log = fixture.open(folder)) {
      assertThatThrownBy(() -> append(log, 10_000))
          .isInstanceOfSatisfying(
              RekindleException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_UNAVAILABLE);
                assertThat(e.details()).containsEntry("limit", "16384");
              });
      assertThat(log.tailBytes()).isLessThanOrEqualTo(16_384);
      log.attach(sink);
      AuditFixture.shipAll(log);
      append(log, 5);
      AuditFixture.shipAll(log);
      assertThat(AuditFixture.all(log)).extracting(AuditEntry::requestId).isEqualTo(appended);
    }
  }
}
