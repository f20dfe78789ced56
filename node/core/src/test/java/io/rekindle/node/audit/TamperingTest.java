package io.rekindle.node.audit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever changes the log is found, with the place. */
class TamperingTest {
  private final AuditFixture fixture = new AuditFixture();
  private final MemorySink sink = new MemorySink();
  @TempDir Path folder;

  /** Five blocks of ten records each; the first also holds the heartbeat of the start. */
  private AuditLog shippedLog() {
    AuditLog log = fixture.open(folder);
    log.attach(sink);
    for (int block = 0; block < 5; block++) {
      append(log, 10);
      AuditFixture.shipAll(log);
    }
    assertThat(sink.blocks).hasSize(5);
    return log;
  }

  private void append(AuditLog log, int records) {
    for (int i = 0; i < records; i++) {
      log.append(fixture.read("company_a"));
    }
  }

  private byte[] block(long number) {
    return requireNonNull(sink.find(number));
  }

  private static List<String> problems(AuditLog log) {
    return log.verify().problems();
  }

  @Test
  void aThousandProblemsAreToldAndThatThereAreMore() {
    ChainVerifier verifier = new ChainVerifier();
    for (int i = 1; i <= 1_000; i++) {
      verifier.problem("problem " + i);
    }
    assertThat(verifier.result().problems()).hasSize(1_000).endsWith("problem 1000");
    verifier.problem("problem 1001");
    verifier.problem("problem 1002");
    assertThat(verifier.result().problems())
        .hasSize(1_001)
        .endsWith("problem 1000", "more problems follow");
  }

  @Test
  void anUntouchedLogVerifies() {
    try (AuditLog log = shippedLog()) {
      Reply.AuditVerified verified = log.verify();
      assertThat(verified.problems()).isEmpty();
      assertThat(verified.blocks()).isEqualTo(5);
      assertThat(verified.records()).isEqualTo(50);
      assertThat(verified.heartbeats()).as("the one at open").isEqualTo(1);
      assertThat(verified.lists()).isZero();
      assertThat(verified.firstSequence()).isEqualTo(1);
      assertThat(verified.lastSequence()).isEqualTo(51).isEqualTo(log.lastSequence());
    }
  }

  @Test
  void aWalkEndsAtItsLimitInTheBlocksAndInTheTail() {
    try (AuditLog log = shippedLog()) {
      append(log, 10);
      AtomicInteger all = new AtomicInteger();
      assertThat(log.verify(all::incrementAndGet).problems()).isEmpty();
      assertThat(all).as("blocks, and frames of the tail").hasValueGreaterThan(5);
      for (int end : new int[] {1, 5, 6, all.get()}) {
        AtomicInteger seen = new AtomicInteger();
        assertThatIllegalStateException()
            .isThrownBy(
                () ->
                    log.verify(
                        () -> {
                          if (seen.incrementAndGet() == end) {
                            throw new IllegalStateException("over");
                          }
                        }));
        assertThat(seen).hasValue(end);
      }
      append(log, 1);
      AuditFixture.shipAll(log);
      assertThat(log.verify().problems()).as("the log goes on").isEmpty();
      assertThatExceptionOfType(RekindleException.class)
          .isThrownBy(() -> log.chainOf(sink).verify(WalkLimit.of(Duration.ZERO)))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED))
          .satisfies(
              e -> assertThat(e.details()).containsEntry("field", "rekindle.audit.verify-max"));
    }
  }

  @Test
  void aBitFlippedInAnyByteOfABlockIsFound() {
    try (AuditLog log = shippedLog()) {
      byte[] whole = block(3);
      for (int at = 0; at < whole.length; at += 17) {
        byte[] altered = whole.clone();
        altered[at] ^= 1;
        sink.blocks.put(3L, altered);
        assertThat(problems(log))
            .as("byte %d", at)
            .containsExactly(
                "block 3 does not open: it was altered, moved or sealed under another key",
                "records 22 to 31 are missing before block 4");
      }
    }
  }

  @Test
  void aRemovedBlockIsFound() {
    try (AuditLog log = shippedLog()) {
      sink.blocks.remove(2L);
      assertThat(problems(log))
          .containsExactly("block 2 is missing", "records 12 to 21 are missing before block 3");
      assertThat(log.verify().blocks()).as("those that were looked for").isEqualTo(5);
      assertThat(log.verify().records()).as("those that were read").isEqualTo(40);
    }
  }

  @Test
  void theFirstAndTheLastBlockRemovedAreFound() {
    try (AuditLog log = shippedLog()) {
      append(log, 1);
      sink.blocks.remove(1L);
      sink.blocks.remove(5L);
      assertThat(problems(log))
          .contains("block 1 is missing", "block 5 is missing")
          .anyMatch(it -> it.startsWith("records 42 to 51 are missing before tail file"));
    }
  }

  @Test
  void theLastBlocksRemovedWhileTheNodeWasDownAreFound() {
    shippedLog().close();
    sink.blocks.remove(4L);
    sink.blocks.remove(5L);
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      // The tail file still has them: they leave again, and nothing is lost.
      AuditFixture.shipAll(log);
      append(log, 1);
      AuditFixture.shipAll(log);
      assertThat(problems(log)).isEmpty();
      assertThat(AuditFixture.all(log)).hasSize(51);
    }
  }

  @Test
  void exchangedBlocksAreFound() {
    try (AuditLog log = shippedLog()) {
      byte[] third = block(3);
      byte[] second = block(2);
      sink.blocks.put(2L, third);
      sink.blocks.put(3L, second);
      assertThat(problems(log)).hasSize(3).allMatch(it -> it.matches(".*block [234].*"));
    }
  }

  @Test
  void aRecordLeftOutOfABlockIsFoundEvenWhenTheBlockIsSealedAnew() {
    try (AuditLog log = shippedLog()) {
      AuditBlock block = requireNonNull(AuditBlock.open(2, block(2), fixture.cipher));
      List<byte[]> fewer = new ArrayList<>(block.segment().items());
      fewer.remove(4);
      AuditBlock forged =
          new AuditBlock(
              block.chain(),
              2,
              block.cutAt(),
              block.end(),
              new ChainSegment(block.segment().before(), fewer));
      sink.blocks.put(2L, forged.seal(fixture.cipher));
      assertThat(problems(log)).containsExactly("records 21 to 21 are missing before block 3");
    }
  }

  @Test
  void aTailCutBeforeTheLastHeartbeatIsFoundWithTheHoleLocated() throws IOException {
    AuditLog log = fixture.open(folder);
    log.attach(sink);
    append(log, 10);
    AuditFixture.shipAll(log);
    append(log, 5);
    Path file = AuditFixture.tailFiles(folder).getLast();
    long size = Files.size(file);
    append(log, 5);
    log.heartbeat();
    append(log, 5);
    Path image = AuditFixture.crashImage(folder);
    log.close();
    Path cut = image.resolve(file.getFileName());
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), (int) size));
    try (AuditLog reopened = fixture.open(image)) {
      reopened.attach(sink);
      assertThat(problems(reopened))
          .contains("the tail was cut: it ends with record 16, the last heartbeat saw record 22")
          .anyMatch(it -> it.startsWith("records 17 to 22 are missing before tail file"));
      append(reopened, 1);
      AuditFixture.shipAll(reopened);
    }
    try (AuditLog later = fixture.open(image)) {
      later.attach(sink);
      assertThat(problems(later)).anyMatch(it -> it.startsWith("records 17 to 22 are missing"));
      assertThat(AuditFixture.all(later))
          .extracting(AuditEntry::action)
          .contains("audit.tail-damaged");
    }
  }

  @Test
  void aDamagedEndLeavesAHoleInTheChainForEver() throws IOException {
    AuditLog log = fixture.open(folder);
    append(log, 5);
    Path image = AuditFixture.crashImage(folder);
    log.close();
    Path file = AuditFixture.tailFiles(image).getLast();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);
    try (AuditLog reopened = fixture.open(image)) {
      reopened.attach(sink);
      append(reopened, 100);
      AuditFixture.shipAll(reopened);
    }
    assertThat(file).as("set aside").doesNotExist();
    try (AuditLog later = fixture.open(image)) {
      later.attach(sink);
      assertThat(problems(later)).containsExactly("records 6 to 6 are missing before block 2");
    }
  }

  @Test
  void aTailThatIsGoneIsFound() throws IOException {
    AuditLog log = shippedLog();
    append(log, 3);
    log.close();
    for (Path file : AuditFixture.tailFiles(folder)) {
      Files.delete(file);
    }
    try (AuditLog reopened = fixture.open(folder)) {
      reopened.attach(sink);
      assertThat(problems(reopened))
          .anyMatch(it -> it.startsWith("the tail was cut"))
          .anyMatch(it -> it.startsWith("records 52 to 55 are missing"));
    }
  }

  @Test
  void aTailWithoutItsHeadIsFound() throws IOException {
    shippedLog().close();
    Files.delete(folder.resolve("head.audit"));
    try (AuditLog reopened = fixture.open(folder)) {
      reopened.attach(sink);
      assertThat(problems(reopened)).anyMatch(it -> it.startsWith("the head file is missing"));
    }
  }

  @Test
  void aFolderPutBackFromAnOldCopyIsFound() throws IOException {
    AuditLog log = fixture.open(folder);
    log.attach(sink);
    append(log, 5);
    AuditFixture.shipAll(log);
    Path copy = AuditFixture.crashImage(folder);
    append(log, 300);
    AuditFixture.shipAll(log);
    log.close();
    try (AuditLog old = fixture.open(copy)) {
      old.attach(sink);
      append(old, 3);
      AuditFixture.shipAll(old);
      assertThat(problems(old)).anyMatch(it -> it.contains("goes back to record"));
      assertThat(AuditFixture.all(old)).hasSize(308);
    }
  }

  @Test
  void aTailThatWasLostAltogetherBeginsAnotherChainBehindTheBlocks(@TempDir Path fresh) {
    shippedLog().close();
    try (AuditLog other = fixture.open(fresh)) {
      append(other, 3);
      other.attach(sink);
      AuditFixture.shipAll(other);
      append(other, 2);
      AuditFixture.shipAll(other);
      assertThat(sink.lastBlock()).isEqualTo(7);
      assertThat(problems(other))
          .containsExactly("block 6 begins another chain: the tail of the one before was lost");
      assertThat(AuditFixture.all(other)).hasSize(55);
    }
  }
}
