package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.RequestId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  private final AuditFixture fixture = new AuditFixture();
  @TempDir Path folder;

  @Test
  void theChainContinuesOverRestartsAndEveryRecordIsListedOnce() {
    List<RequestId> appended = new ArrayList<>();
    MemorySink sink = new MemorySink();
    long last = 0;
    for (int run = 0; run < 4; run++) {
      try (AuditLog log = fixture.open(folder)) {
        if (run % 2 == 1) {
          log.attach(sink);
        }
        for (int i = 0; i < 50; i++) {
          AuditRecord record = fixture.read("company_a");
          long sequence = log.append(record);
          assertThat(sequence).isGreaterThan(last);
          last = sequence;
          appended.add(record.requestId());
        }
        AuditFixture.shipAll(log);
        assertThat(AuditFixture.all(log))
            .extracting(AuditEntry::requestId)
            .endsWith(appended.getLast());
      }
    }
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      assertThat(AuditFixture.all(log))
          .extracting(AuditEntry::requestId)
          .containsExactlyElementsOf(appended);
      assertThat(log.verify().problems()).isEmpty();
      assertThat(log.verify().records()).isEqualTo(appended.size());
    }
  }

  @Test
  void whatIsListedIsWhatWasAppended() {
    try (AuditLog log = fixture.open(folder)) {
      AuditRecord record = fixture.record(Kind.DENIAL, RequestId.random(), "company_a/support");
      long sequence = log.append(record);
      AuditEntry entry = AuditFixture.all(log).getLast();
      assertThat(entry.sequence()).isEqualTo(sequence);
      assertThat(entry.kind()).isEqualTo("denial");
      assertThat(entry.decision()).isEqualTo("PERMISSION_DENIED");
      assertThat(entry.namespaces()).isEqualTo(record.namespaces());
      assertThat(entry.memoryIds()).isEqualTo(record.memoryIds());
      assertThat(entry.claimedAgentId()).isEqualTo("agent-7");
      assertThat(entry.hash()).hasSize(64);
    }
  }

  @Test
  void intentsWithoutAnOutcomeAreFoundAfterACrashAlsoWhenTheirFileIsGone() throws Exception {
    RequestId closed = RequestId.random();
    RequestId open = RequestId.random();
    MemorySink sink = new MemorySink();
    AuditLog dying = fixture.open(folder);
    dying.attach(sink);
    dying.append(fixture.record(Kind.INTENT, open, "company_a"));
    dying.append(fixture.record(Kind.INTENT, closed, "company_a"));
    dying.append(fixture.record(Kind.OUTCOME, closed, "company_a"));
    Path first = AuditFixture.tailFiles(folder).getFirst();
    for (int i = 0; i < 200; i++) {
      dying.append(fixture.read("company_b"));
    }
    AuditFixture.shipAll(dying);
    assertThat(first).doesNotExist();
    Path image = AuditFixture.crashImage(folder);
    try (AuditLog log = fixture.open(image)) {
      assertThat(log.openIntents()).extracting(OpenIntent::requestId).containsExactly(open);
      log.append(fixture.record(Kind.OUTCOME, open, "company_a"));
      assertThat(log.openIntents()).isEmpty();
    }
    try (AuditLog log = fixture.open(image)) {
      assertThat(log.openIntents()).isEmpty();
    }
    dying.close();
  }

  @Test
  void anIntentThatWasDeniedAfterAllIsNotOpen() {
    RequestId denied = RequestId.random();
    try (AuditLog log = fixture.open(folder)) {
      log.append(fixture.record(Kind.INTENT, denied, "company_a"));
      log.append(fixture.record(Kind.DENIAL, denied, "company_a"));
      assertThat(log.openIntents()).isEmpty();
    }
    try (AuditLog log = fixture.open(folder)) {
      assertThat(log.openIntents()).isEmpty();
    }
  }

  @Test
  void allMemoriesOfAnOpenIntentAreFoundInTheTailAndInBlocks() throws Exception {
    List<MemoryId> many =
        IntStream.range(0, 5_000).mapToObj(i -> new MemoryId(new UUID(7, i))).toList();
    List<MemoryId> few = many.subList(0, 3);
    MemorySink sink = new MemorySink();
    AuditLog dying = fixture.open(folder);
    dying.attach(sink);
    dying.append(fixture.read("company_b"), many.subList(0, 100));
    appendIntent(dying, many);
    appendIntent(dying, few);
    Path image = AuditFixture.crashImage(folder);
    try (AuditLog log = fixture.open(image)) {
      assertThat(allMemories(log)).as("in the tail").containsExactly(many, few);
    }
    Path first = AuditFixture.tailFiles(folder).getFirst();
    for (int i = 0; i < 200; i++) {
      dying.append(fixture.read("company_b"), many.subList(0, i));
      AuditFixture.shipAll(dying);
    }
    assertThat(first).doesNotExist();
    try (AuditLog log = fixture.open(AuditFixture.crashImage(folder))) {
      assertThat(log.openIntents()).hasSize(2);
      log.attach(sink);
      assertThat(allMemories(log)).as("in the blocks").containsExactly(many, few);
    }
    dying.close();
  }

  private void appendIntent(AuditLog log, List<MemoryId> memories) {
    log.append(
        fixture.record(Kind.INTENT, RequestId.random(), "company_a").withMemories(memories),
        memories);
  }

  private static List<List<MemoryId>> allMemories(AuditLog log) {
    return log.withAllMemories(log.openIntents()).stream().map(OpenIntent::memoryIds).toList();
  }

  @Test
  void aLongListOfMemoriesFollowsItsRecordAndIsProvenByVerification() {
    List<MemoryId> ids =
        IntStream.range(0, 5_000).mapToObj(i -> new MemoryId(new UUID(7, i))).toList();
    try (AuditLog log = fixture.open(folder)) {
      MemorySink sink = new MemorySink();
      log.attach(sink);
      log.append(fixture.read("company_a"), ids);
      log.append(fixture.read("company_a"), ids.subList(0, 3));
      AuditFixture.shipAll(log);
      assertThat(sink.blocks).isNotEmpty();
      List<AuditEntry> entries = AuditFixture.all(log);
      assertThat(entries).extracting(AuditEntry::memoryCount).endsWith(5_000L, 3L);
      assertThat(entries.getLast().memoryIds()).isEqualTo(ids.subList(0, 3));
      Reply.AuditVerified verified = log.verify();
      assertThat(verified.problems()).isEmpty();
      assertThat(verified.lists()).isEqualTo(2);
      assertThat(verified.records() + verified.heartbeats() + verified.lists())
          .as("everything that has a number")
          .isEqualTo(verified.lastSequence());
    }
  }

  @Test
  void tooManyMemoriesAreRefused() {
    try (AuditLog log = fixture.open(folder)) {
      MemoryId id = new MemoryId(new UUID(0, 1));
      assertThatThrownBy(() -> log.append(fixture.read("a"), Collections.nCopies(100_001, id)))
          .isInstanceOf(RekindleException.class)
          .hasMessageContaining("limit");
    }
  }

  @Test
  void noTextOfARecordLiesInTheFolder() throws Exception {
    try (AuditLog log = fixture.open(folder)) {
      log.append(fixture.read("canary_namespace"));
    }
    for (Path file : AuditFixture.tailFiles(folder)) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .doesNotContain("canary")
          .doesNotContain("agent-7");
      assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    }
  }

  @Test
  void aSecondProcessIsRefused() {
    AuditLog first = fixture.open(folder);
    assertThatThrownBy(() -> fixture.open(folder))
        .isInstanceOf(RekindleException.class)
        .hasMessageContaining("another process");
    first.close();
    fixture.open(folder).close();
  }

  @Test
  void nothingIsAppendedAfterClose() {
    AuditLog log = fixture.open(folder);
    log.close();
    log.close();
    assertThatThrownBy(() -> log.append(fixture.read("a"))).isInstanceOf(RekindleException.class);
    assertThatThrownBy(() -> log.refused("::1", "expired")).isInstanceOf(RekindleException.class);
  }

  @Test
  @Timeout(60)
  void itsThreadOutlivesAnErrorOfTheSink() {
    AtomicBoolean thrown = new AtomicBoolean();
    MemorySink sink =
        new MemorySink() {
          @Override
          public void put(long blockNumber, byte[] sealedBlock) {
            if (thrown.compareAndSet(false, true)) {
              throw new StackOverflowError();
            }
            super.put(blockNumber, sealedBlock);
          }
        };
    try (AuditLog log = TestAudit.open(folder)) {
      log.attach(sink);
      log.append(fixture.read("company_a"));
      while (sink.blocks.isEmpty()) {
        Thread.onSpinWait();
      }
      assertThat(thrown).isTrue();
    }
  }

  @Test
  void withItsThreadManyWritersGetDistinctSequencesAndEverythingIsShipped() throws Exception {
    MemorySink sink = new MemorySink();
    List<Long> sequences = new ArrayList<>();
    try (AuditLog log =
            AuditLog.open(
                folder,
                fixture.cipher,
                fixture.durability,
                fixture.settings,
                InstantSource.system());
        ExecutorService threads = Executors.newFixedThreadPool(16)) {
      log.attach(sink);
      List<Future<List<Long>>> results = new ArrayList<>();
      for (int t = 0; t < 16; t++) {
        results.add(
            threads.submit(
                () -> {
                  List<Long> mine = new ArrayList<>();
                  for (int i = 0; i < 200; i++) {
                    mine.add(log.append(fixture.read("company_a")));
                  }
                  return mine;
                }));
      }
      for (Future<List<Long>> result : results) {
        assertThat(result.get()).isSorted();
        sequences.addAll(result.get());
      }
      assertThat(sequences).doesNotHaveDuplicates().hasSize(3_200);
      assertThat(log.verify().problems()).isEmpty();
      assertThat(log.verify().records()).isEqualTo(3_200);
    }
  }
}
