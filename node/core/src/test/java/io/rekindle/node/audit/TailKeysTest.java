package io.rekindle.node.audit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.AuditCipher;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.TestClusterKey;
import io.rekindle.node.model.AuditEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every tail file and every block has a key of its own, which opens there alone. */
class TailKeysTest {
  private static final int KEY_END = TailFormat.KEY_OFFSET + BlockCipher.WRAPPED_KEY_BYTES;

  private final AuditFixture fixture = new AuditFixture();
  private final MemorySink sink = new MemorySink();
  @TempDir Path folder;

  /** A dead log of several tail files, nothing of it shipped. */
  private Path severalFiles() throws IOException {
    AuditLog log = fixture.open(folder);
    append(log, 200);
    Path image = AuditFixture.crashImage(folder);
    log.close();
    assertThat(AuditFixture.tailFiles(image)).hasSizeGreaterThan(2);
    return image;
  }

  private void append(AuditLog log, int records) {
    for (int i = 0; i < records; i++) {
      log.append(fixture.read("company_a"));
    }
  }

  private static long number(Path file) {
    return Long.parseLong(file.getFileName().toString().replaceAll("tail-|.audit", ""));
  }

  private BlockCipher.Key key(Path file, byte[] bytes) {
    UUID chain = requireNonNull(TailFormat.chainOf(header(bytes), number(file)));
    byte[] wrapped = Arrays.copyOfRange(bytes, TailFormat.KEY_OFFSET, KEY_END);
    return fixture.cipher.openKey(wrapped, TailFormat.frameAad(chain, number(file), 0));
  }

  private static byte[] header(byte[] bytes) {
    return Arrays.copyOf(bytes, TailFormat.FILE_HEADER_BYTES);
  }

  private static void copyKey(byte[] from, byte[] to) {
    System.arraycopy(
        from, TailFormat.KEY_OFFSET, to, TailFormat.KEY_OFFSET, BlockCipher.WRAPPED_KEY_BYTES);
  }

  /** Frame 1 of a file, as it lies there. */
  private static byte[] frameOne(byte[] bytes) {
    int preamble = ByteBuffer.wrap(bytes).getInt(TailFormat.FILE_HEADER_BYTES);
    int at = TailFormat.KEY_OFFSET + preamble;
    int length = ByteBuffer.wrap(bytes).getInt(at);
    int from = at + TailFormat.FRAME_HEADER_BYTES;
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  private static void refused(ThrowingCallable call) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }

  @Test
  void theFramesOfATailFileOpenUnderItsKeyAlone() throws IOException {
    List<Path> files = AuditFixture.tailFiles(severalFiles());
    Path file = files.getFirst();
    byte[] bytes = Files.readAllBytes(file);
    UUID chain = requireNonNull(TailFormat.chainOf(header(bytes), number(file)));
    byte[] aad = TailFormat.frameAad(chain, number(file), 1);
    byte[] frame = frameOne(bytes);

    assertThat(key(file, bytes).open(frame, aad)).isNotEmpty();
    refused(() -> fixture.cipher.openDirect(frame, aad));
    Path next = files.get(1);
    BlockCipher.Key other = key(next, Files.readAllBytes(next));
    refused(() -> other.open(frame, aad));
  }

  /** What is recorded from then on does not open under the former cluster key. */
  @Test
  void anotherTailFileIsBegunWhenTheClusterKeyWasReplaced() throws IOException {
    ClusterKey cluster = TestClusterKey.of(1);
    fixture.cipher = new AuditCipher(cluster);
    try (AuditLog log = fixture.open(folder)) {
      append(log, 1);
      append(log, 1);
      assertThat(AuditFixture.tailFiles(folder)).hasSize(1);
      TestClusterKey.hold(cluster, 2);
      append(log, 1);
      assertThat(AuditFixture.tailFiles(folder)).hasSize(1);
      TestClusterKey.useLast(cluster);
      append(log, 1);
      append(log, 1);
      assertThat(AuditFixture.tailFiles(folder)).hasSize(2);
      assertThat(log.verify().problems()).isEmpty();
      assertThat(AuditFixture.all(log)).hasSize(5);
    }
    Path newest = AuditFixture.tailFiles(folder).getLast();
    fixture.cipher = new AuditCipher(TestClusterKey.of(1));
    refused(() -> key(newest, Files.readAllBytes(newest)));
  }

  @Test
  void aKeyMovedFromOneTailFileToAnotherOpensNothingThere() throws IOException {
    Path image = severalFiles();
    List<Path> files = AuditFixture.tailFiles(image);
    byte[] bytes = Files.readAllBytes(files.get(1));
    copyKey(Files.readAllBytes(files.getFirst()), bytes);
    Files.write(files.get(1), bytes);
    long number = number(files.get(1));

    try (AuditLog log = fixture.open(image)) {
      assertThat(log.verify().problems())
          .anyMatch(it -> it.matches("tail file %d, frame 0, .*altered".formatted(number)))
          .anyMatch(it -> it.matches("tail file %d, frame 1, .*altered".formatted(number)))
          .noneMatch(it -> it.startsWith("tail file " + number(files.getFirst())))
          .noneMatch(it -> it.startsWith("tail file " + number(files.get(2))));
      assertThat(AuditFixture.all(log)).extracting(AuditEntry::action).contains("memory.store");
    }
  }

  @Test
  void aByteOfAKeyThatWasChangedIsFoundAndTheFileIsKept() throws IOException {
    Path image = severalFiles();
    Path file = AuditFixture.tailFiles(image).get(1);
    byte[] whole = Files.readAllBytes(file);
    for (int at = TailFormat.KEY_OFFSET; at < KEY_END; at += 7) {
      Path copy = AuditFixture.crashImage(image);
      byte[] bytes = whole.clone();
      bytes[at] ^= 1;
      Files.write(copy.resolve(file.getFileName()), bytes);
      try (AuditLog log = fixture.open(copy)) {
        assertThat(log.verify().problems())
            .as("byte %d", at)
            .anyMatch(it -> it.startsWith("tail file " + number(file) + ", frame 0"));
        log.attach(new MemorySink());
        AuditFixture.shipAll(log);
      }
      assertThat(copy.resolve(file.getFileName().toString().replace("tail", "damaged"))).exists();
    }
  }

  @Test
  void aDamagedHeaderHidesNoFrame() throws IOException {
    Path image = severalFiles();
    Path file = AuditFixture.tailFiles(image).get(1);
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < TailFormat.FILE_HEADER_BYTES; at++) {
      byte[] bytes = whole.clone();
      bytes[at] ^= 3; // Of format 2 it makes format 1.
      Files.write(file, bytes);
      try (AuditLog log = fixture.open(AuditFixture.crashImage(image))) {
        assertThat(log.verify().problems())
            .contains(
                "tail file " + number(file) + ", frame 0, byte 0: the file header was altered")
            .allMatch(it -> it.contains("the file header was altered"));
        assertThat(AuditFixture.all(log)).as("byte %d", at).hasSizeGreaterThanOrEqualTo(200);
      }
    }
  }

  @Test
  void theKeyOfOneHeadFileDoesNotOpenTheNext() throws IOException {
    AuditLog log = fixture.open(folder);
    append(log, 1);
    Path head = folder.resolve("head.audit");
    byte[] before = Files.readAllBytes(head);
    log.heartbeat();
    byte[] after = Files.readAllBytes(head);
    Path image = AuditFixture.crashImage(folder);
    log.close();
    System.arraycopy(before, 17, after, 17, BlockCipher.WRAPPED_KEY_BYTES);
    Files.write(image.resolve("head.audit"), after);
    try (AuditLog reopened = fixture.open(image)) {
      assertThat(reopened.verify().problems())
          .containsExactly(
              "the head file is missing or altered: a cut of the tail would not be seen");
    }
  }

  @Test
  void aKeyMovedFromOneBlockToAnotherOpensNothingThere() {
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      for (int block = 0; block < 3; block++) {
        append(log, 2);
        AuditFixture.shipAll(log);
      }
      byte[] second = requireNonNull(sink.find(2)).clone();
      System.arraycopy(requireNonNull(sink.find(1)), 17, second, 17, BlockCipher.WRAPPED_KEY_BYTES);
      assertThat(open(2, second)).isNull();
      assertThat(open(2, requireNonNull(sink.find(2)))).isNotNull();
      sink.blocks.put(2L, second);
      assertThat(log.verify().problems())
          .contains("block 2 does not open: it was altered, moved or sealed under another key");
    }
  }

  @Test
  void aBlockSealedTwiceHasTwoKeysAndNeitherIsOfFormatOne() {
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      append(log, 2);
      AuditFixture.shipAll(log);
    }
    byte[] first = requireNonNull(sink.find(1));
    byte[] second = requireNonNull(open(1, first)).seal(fixture.cipher);
    byte[] mixed = first.clone();
    System.arraycopy(second, 17, mixed, 17, BlockCipher.WRAPPED_KEY_BYTES);
    assertThat(open(1, second)).isNotNull();
    assertThat(open(1, mixed)).as("the key of the one, the rest of the other").isNull();
    for (byte format : new byte[] {0, 1, 3}) {
      byte[] altered = first.clone();
      altered[0] = format;
      assertThat(open(1, altered)).isNull();
    }
  }

  private @Nullable AuditBlock open(long number, byte[] bytes) {
    return AuditBlock.open(number, bytes, fixture.cipher);
  }
}
