package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditListingTest {
  private final AuditFixture fixture = new AuditFixture();
  private final CountingSink sink = new CountingSink();
  private final List<AuditRecord> appended = new ArrayList<>();
  @TempDir Path folder;
  private AuditLog log;

  /** Counts how many blocks are read. */
  private static final class CountingSink implements BlockSink {
    final MemorySink blocks = new MemorySink();
    int finds;

    @Override
    public void put(long blockNumber, byte[] sealedBlock) {
      blocks.put(blockNumber, sealedBlock);
    }

    @Override
    public byte @Nullable [] find(long blockNumber) {
      finds++;
      return blocks.find(blockNumber);
    }

    @Override
    public long lastBlock() {
      return blocks.lastBlock();
    }
  }

  /** A hundred records, one a minute, every fifth a denial, the last seven still in the tail. */
  @BeforeEach
  void appendAHundred() {
    log = fixture.open(folder);
    log.attach(sink);
    for (int i = 0; i < 100; i++) {
      fixture.clock.advance(Duration.ofMinutes(1));
      AuditRecord record =
          fixture.record(
              i % 5 == 0 ? Kind.DENIAL : Kind.READ,
              RequestId.random(),
              i % 2 == 0 ? "company_a/support" : "company_b/support");
      log.append(record);
      appended.add(record);
      if (i < 93) {
        AuditFixture.shipAll(log);
      }
    }
  }

  @AfterEach
  void closeTheLog() {
    log.close();
  }

  private List<RequestId> expected(Predicate<AuditRecord> filter) {
    return appended.reversed().stream().filter(filter).map(AuditRecord::requestId).toList();
  }

  private List<RequestId> listed(AuditQuery query) {
    List<RequestId> ids = new ArrayList<>();
    AuditQuery next = query;
    while (true) {
      AuditPage page = log.list(next);
      assertThat(page.entries()).hasSizeLessThanOrEqualTo(query.pageSize());
      ids.addAll(page.entries().stream().map(AuditEntry::requestId).toList());
      @Nullable AuditCursor cursor = page.next();
      if (cursor == null) {
        return ids;
      }
      assertThat(AuditCursor.parse(cursor.text())).isEqualTo(cursor);
      next =
          new AuditQuery(
              query.visible(),
              query.namespace(),
              query.principal(),
              query.deniedOnly(),
              query.from(),
              query.to(),
              query.pageSize(),
              cursor);
    }
  }

  @Test
  void pagesOfAnySizeGiveEveryRecordOnceNewestFirst() {
    for (int size : new int[] {1, 3, 7, 8, 93, 100, 1_000}) {
      assertThat(listed(AuditQuery.newest(any -> true, size))).isEqualTo(expected(any -> true));
    }
  }

  @Test
  void aPageGoesOnWhereItEndedWhileTheTailMovesIntoBlocksAndGrows() {
    AuditPage first = log.list(AuditQuery.newest(any -> true, 3));
    for (int i = 0; i < 20; i++) {
      log.append(fixture.read("company_a"));
      AuditFixture.shipAll(log);
    }
    List<RequestId> ids =
        new ArrayList<>(first.entries().stream().map(AuditEntry::requestId).toList());
    ids.addAll(listed(new AuditQuery(any -> true, null, null, false, null, null, 4, first.next())));
    assertThat(ids).isEqualTo(expected(any -> true));
  }

  @Test
  void anAuditorSeesOnlyWhatIsVisibleToThem() {
    NamespacePath granted = NamespacePath.parse("company_a");
    Predicate<AuditRecord> visible =
        record -> record.namespaces().stream().allMatch(granted::covers);
    assertThat(listed(AuditQuery.newest(visible, 9))).isEqualTo(expected(visible)).hasSize(50);
  }

  @Test
  void denialsNamespacesAndTimesNarrow() {
    assertThat(listed(new AuditQuery(any -> true, null, null, true, null, null, 10, null)))
        .isEqualTo(expected(AuditRecord::denied))
        .hasSize(20);
    NamespacePath b = NamespacePath.parse("company_b");
    assertThat(listed(new AuditQuery(any -> true, b, null, true, null, null, 3, null)))
        .isEqualTo(expected(it -> it.denied() && b.covers(it.namespaces().getFirst())))
        .hasSize(10);
    Instant from = appended.get(20).time();
    Instant to = appended.get(30).time();
    assertThat(listed(new AuditQuery(any -> true, null, null, false, from, to, 4, null)))
        .isEqualTo(expected(it -> !it.time().isBefore(from) && it.time().isBefore(to)))
        .hasSize(10);
  }

  @Test
  void aTimeRangeReadsOnlyTheBlocksAroundIt() {
    // Eighty-five quiet hours later: the old range is far behind the newest blocks.
    for (int i = 0; i < 85; i++) {
      fixture.clock.advance(Duration.ofHours(1));
      log.append(fixture.read("company_a"));
      AuditFixture.shipAll(log);
    }
    log.detach();
    log.attach(sink);
    sink.finds = 0;
    Instant from = appended.get(1).time();
    Instant to = appended.get(3).time();
    assertThat(listed(new AuditQuery(any -> true, null, null, false, from, to, 10, null)))
        .hasSize(2);
    assertThat(sink.finds).isLessThan(85);
  }

  @Test
  void aMissingOrAlteredBlockIsSkippedNotFatal() {
    sink.blocks.blocks.remove(50L);
    sink.blocks.blocks.put(51L, new byte[] {1, 2, 3});
    assertThat(listed(AuditQuery.newest(any -> true, 10))).hasSize(98);
  }

  @Test
  void aStrangePageTokenIsRefused() {
    for (String text : List.of("", "b1", "x1-2", "b-1-2", "b1-2 ", "b1234567890123456789-1")) {
      assertThatThrownBy(() -> AuditCursor.parse(text))
          .as(text)
          .isInstanceOf(RekindleException.class);
    }
  }
}
