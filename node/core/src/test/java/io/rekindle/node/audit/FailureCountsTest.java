package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.rekindle.node.model.AuditEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailureCountsTest {
  private final AuditFixture fixture = new AuditFixture();

  @Test
  void attemptsAreSummedByAddressReasonAndSecond() {
    FailureCounts counts = new FailureCounts(8, fixture.clock);
    for (int port = 1; port <= 5; port++) {
      counts.add("10.0.0.1:" + port, "unknown");
    }
    counts.add("10.0.0.1:6", "expired");
    counts.add("[::1]:7", "unknown");
    assertThat(counts.take(false)).as("the second still runs").isEmpty();
    fixture.clock.advance(Duration.ofSeconds(1));
    counts.add("10.0.0.1:8", "unknown");
    assertThat(counts.take(false))
        .extracting(AuditRecord::peer, AuditRecord::decision, AuditRecord::memoryCount)
        .containsExactlyInAnyOrder(
            tuple("10.0.0.1", "unknown", 5L),
            tuple("10.0.0.1", "expired", 1L),
            tuple("::1", "unknown", 1L));
    assertThat(counts.take(false)).isEmpty();
    assertThat(counts.take(true)).hasSize(1);
  }

  @Test
  void aFloodFromManyAddressesWritesFewRecordsAndForgetsNoAttempt(@TempDir Path folder)
      throws Exception {
    MemorySink sink = new MemorySink();
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      for (int i = 0; i < 200_000; i++) {
        log.authenticationFailed(
            "10.%d.%d.%d:9".formatted(i >> 16, i >> 8 & 255, i & 255), "unknown");
        if (i % 50_000 == 49_999) {
          fixture.clock.advance(Duration.ofSeconds(1));
        }
      }
      log.writeFailures(true);
      List<AuditEntry> entries = AuditFixture.all(log);
      assertThat(entries).hasSize(4 * 9);
      assertThat(entries.stream().mapToLong(AuditEntry::memoryCount).sum()).isEqualTo(200_000);
      assertThat(entries).allMatch(entry -> entry.kind().equals("authentication-failures"));
      assertThat(entries).extracting(AuditEntry::peer).contains(FailureCounts.OTHER);
    }
  }

  @Test
  void whatCannotBeWrittenIsKeptWithinABoundAndWrittenLater(@TempDir Path folder) {
    try (AuditLog log = fixture.open(folder)) {
      for (int second = 0; second < 300; second++) {
        log.authenticationFailed("10.0.0." + second % 50, "unknown");
        fixture.clock.advance(Duration.ofSeconds(1));
      }
      fixture.disk.bytesLeft = 0;
      try {
        log.writeFailures(true);
      } catch (io.rekindle.node.error.RekindleException e) {
        assertThat(e).hasMessageContaining("can't be written");
      }
      fixture.disk.bytesLeft = Long.MAX_VALUE;
      log.writeFailures(true);
      List<AuditEntry> entries = AuditFixture.all(log);
      assertThat(entries.stream().mapToLong(AuditEntry::memoryCount).sum()).isEqualTo(300);
      assertThat(entries).hasSizeLessThan(80);
    }
  }

  @Test
  void aPeerIsItsAddressWithoutThePort() {
    assertThat(FailureCounts.address("127.0.0.1:80")).isEqualTo("127.0.0.1");
    assertThat(FailureCounts.address("127.0.0.1")).isEqualTo("127.0.0.1");
    assertThat(FailureCounts.address("[fe80::1]:80")).isEqualTo("fe80::1");
    assertThat(FailureCounts.address("fe80::1")).isEqualTo("fe80::1");
  }
}
