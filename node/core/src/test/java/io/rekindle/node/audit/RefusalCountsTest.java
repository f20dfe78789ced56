package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rekindle.node.model.AuditEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusalCountsTest {
  private final AuditFixture fixture = new AuditFixture();

  @Test
  void refusalsAreSummedByAddressReasonAndSecond() {
    RefusalCounts counts = new RefusalCounts(8, fixture.clock);
    for (int port = 1; port <= 5; port++) {
      counts.add("10.0.0.1:" + port, "unknown");
    }
    counts.add("10.0.0.1:6", "expired");
    counts.add("[::1]:7", "unknown");
    assertThat(counts.take(false)).as("the second still runs").isNull();
    fixture.clock.advance(Duration.ofSeconds(1));
    counts.add("10.0.0.1:8", "unknown");
    assertThat(counts.take(false))
        .extracting(AuditRecord::peer, AuditRecord::decision, AuditRecord::memoryCount)
        .containsExactlyInAnyOrder(
            tuple("10.0.0.1", "unknown", 5L),
            tuple("10.0.0.1", "expired", 1L),
            tuple("::1", "unknown", 1L));
    assertThat(counts.take(false)).isNull();
    assertThat(counts.take(true)).hasSize(1);
  }

  @Test
  void theFirstOfEachAddressReasonAndSecondIsWrittenBeforeTheAnswerAndTheRestAsOneSum(
      @TempDir Path folder) throws Exception {
    AuditLog log = fixture.open(folder);
    for (int i = 0; i < 5; i++) {
      log.refused("10.0.0.1:" + i, "unknown");
    }
    log.refused("10.0.0.1:9", "expired");
    assertThat(countsAfterKill(folder)).containsExactly("unknown 1", "expired 1");
    fixture.clock.advance(Duration.ofSeconds(1));
    log.writeRefusals(false);
    log.refused("10.0.0.1:1", "unknown");
    assertThat(countsAfterKill(folder))
        .containsExactly("unknown 1", "expired 1", "unknown 4", "unknown 1");
    log.close();
  }

  @Test
  void whoCannotWaitLeavesTheFirstToTheLogsOwnThread(@TempDir Path folder) throws Exception {
    AuditLog log = fixture.open(folder);
    int writes = fixture.disk.writes;
    for (int i = 0; i < 3; i++) {
      log.refusedWithoutWaiting("10.0.0.1:" + i, "REQUEST_TOO_LARGE");
    }
    assertThat(fixture.disk.writes).as("no disk is touched").isEqualTo(writes);
    log.writeFirstRefusals();
    log.refusedWithoutWaiting("10.0.0.1:4", "REQUEST_TOO_LARGE");
    log.writeFirstRefusals();
    assertThat(countsAfterKill(folder)).containsExactly("REQUEST_TOO_LARGE 3");
    log.writeRefusals(true);
    assertThat(countsAfterKill(folder))
        .containsExactly("REQUEST_TOO_LARGE 3", "REQUEST_TOO_LARGE 1");
    log.close();
  }

  private List<String> countsAfterKill(Path folder) throws IOException {
    try (AuditLog left = fixture.open(AuditFixture.crashImage(folder))) {
      return AuditFixture.all(left).stream()
          .map(entry -> entry.decision() + " " + entry.memoryCount())
          .toList();
    }
  }

  @Test
  void aFloodFromManyAddressesWritesFewRecordsAndForgetsNoRefusal(@TempDir Path folder) {
    MemorySink sink = new MemorySink();
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      for (int i = 0; i < 200_000; i++) {
        log.refused("10.%d.%d.%d:9".formatted(i >> 16, i >> 8 & 255, i & 255), "unknown");
        if (i % 50_000 == 49_999) {
          fixture.clock.advance(Duration.ofSeconds(1));
        }
      }
      log.writeRefusals(true);
      List<AuditEntry> entries = AuditFixture.all(log);
      assertThat(entries).as("of four seconds: 8 + other, and its sum").hasSize(4 * 10);
      assertThat(entries.stream().mapToLong(AuditEntry::memoryCount).sum()).isEqualTo(200_000);
      assertThat(entries).allMatch(entry -> entry.kind().equals("refusals"));
      assertThat(entries).extracting(AuditEntry::peer).contains(RefusalCounts.OTHER);
    }
  }

  @Test
  void whatCannotBeWrittenIsKeptWithinABoundAndWrittenLater(@TempDir Path folder) {
    try (AuditLog log = fixture.open(folder)) {
      for (int second = 0; second < 300; second++) {
        log.refusedWithoutWaiting("10.0.0." + second % 50, "unknown");
        fixture.clock.advance(Duration.ofSeconds(1));
      }
      fixture.disk.bytesLeft = 0;
      try {
        log.writeRefusals(true);
      } catch (io.rekindle.node.error.RekindleException e) {
        assertThat(e).hasMessageContaining("can't be written");
      }
      fixture.disk.bytesLeft = Long.MAX_VALUE;
      log.writeRefusals(true);
      List<AuditEntry> entries = AuditFixture.all(log);
      assertThat(entries.stream().mapToLong(AuditEntry::memoryCount).sum()).isEqualTo(300);
      assertThat(entries).hasSizeLessThan(80);
    }
  }

  @Test
  void aPeerIsItsAddressWithoutThePort() {
    assertThat(RefusalCounts.address("127.0.0.1:80")).isEqualTo("127.0.0.1");
    assertThat(RefusalCounts.address("127.0.0.1")).isEqualTo("127.0.0.1");
    assertThat(RefusalCounts.address("[fe80::1]:80")).isEqualTo("fe80::1");
    assertThat(RefusalCounts.address("fe80::1")).isEqualTo("fe80::1");
  }
}
