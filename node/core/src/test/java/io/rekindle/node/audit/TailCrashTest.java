package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The tail as kill -9 or a vandal leaves it: cut at any byte, or with any byte changed. */
class TailCrashTest {
  /** One acknowledged record, and how long its file was when {@code append} returned. */
  private record Acknowledged(RequestId id, Path file, long size) {}

  /** A log that died after its last append; nothing was shipped. */
  private static final class Dead implements AutoCloseable {
    final AuditFixture fixture = new AuditFixture();
    final Path folder;
    final List<Acknowledged> acknowledged = new ArrayList<>();

    Dead(int records) throws IOException {
      Path living = Files.createTempDirectory("audit");
      AuditLog log = fixture.open(living);
      for (int i = 0; i < records; i++) {
        AuditRecord record = fixture.read("company_a");
        log.append(record);
        Path file = AuditFixture.tailFiles(living).getLast();
        acknowledged.add(
            new Acknowledged(record.requestId(), file.getFileName(), Files.size(file)));
      }
      folder = AuditFixture.crashImage(living);
      log.close();
    }

    Path lastFile() throws IOException {
      return AuditFixture.tailFiles(folder).getLast();
    }

    /** Those that lie before a cut of the last file. */
    List<RequestId> before(long cut) throws IOException {
      Path last = lastFile().getFileName();
      return acknowledged.stream()
          .filter(one -> !one.file.equals(last) || one.size <= cut)
          .map(Acknowledged::id)
          .toList();
    }

    @Override
    public void close() throws IOException {
      try (Stream<Path> paths = Files.walk(folder.getParent())) {
        paths.sorted(Comparator.reverseOrder()).forEach(Dead::delete);
      }
    }

    private static void delete(Path path) {
      try {
        Files.delete(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Property(tries = 50)
  void aTailCutAtAnyByteKeepsEveryRecordBeforeTheCut(
      @ForAll @IntRange(min = 1, max = 40) int records,
      @ForAll @IntRange(max = 9_999) int tenthousandths)
      throws IOException {
    try (Dead dead = new Dead(records)) {
      byte[] bytes = Files.readAllBytes(dead.lastFile());
      int cut = (int) ((long) bytes.length * tenthousandths / 10_000);
      Files.write(dead.lastFile(), Arrays.copyOf(bytes, cut));
      List<RequestId> expected = dead.before(cut);
      try (AuditLog log = dead.fixture.open(dead.folder)) {
        assertThat(requests(log)).isEqualTo(expected);
        RequestId next = RequestId.random();
        log.append(dead.fixture.record(AuditRecord.Kind.READ, next, "company_a"));
        assertThat(requests(log)).endsWith(next);
      }
      try (AuditLog log = dead.fixture.open(dead.folder)) {
        assertThat(requests(log)).hasSize(expected.size() + 1);
      }
    }
  }

  @Property(tries = 20)
  void aTornEndIsRecordedAndNotTakenForTampering(@ForAll @IntRange(min = 1, max = 200) int torn)
      throws IOException {
    try (Dead dead = new Dead(3)) {
      byte[] bytes = Files.readAllBytes(dead.lastFile());
      Files.write(dead.lastFile(), Arrays.copyOf(bytes, bytes.length - torn));
      try (AuditLog log = dead.fixture.open(dead.folder)) {
        assertThat(log.verify().problems()).isEmpty();
        assertThat(AuditFixture.all(log))
            .extracting(AuditEntry::action)
            .contains("audit.tail-torn");
      }
    }
  }

  @Property(tries = 10)
  void theZerosThatAPowerLossLeavesAreATornEndToo(@ForAll @IntRange(min = 16, max = 200) int zeros)
      throws IOException {
    try (Dead dead = new Dead(3)) {
      byte[] bytes = Files.readAllBytes(dead.lastFile());
      Arrays.fill(bytes, bytes.length - zeros, bytes.length, (byte) 0);
      Files.write(dead.lastFile(), bytes);
      try (AuditLog log = dead.fixture.open(dead.folder)) {
        assertThat(log.verify().problems()).isEmpty();
        assertThat(requests(log)).hasSize(2);
      }
    }
  }

  @Property(tries = 60)
  void aByteChangedAnywhereIsFoundAndNeverTakenForATornEnd(
      @ForAll @IntRange(min = 1, max = 40) int records,
      @ForAll @IntRange(max = 9_999) int tenthousandths,
      @ForAll @IntRange(min = 1, max = 255) int change)
      throws IOException {
    try (Dead dead = new Dead(records)) {
      List<Path> files = AuditFixture.tailFiles(dead.folder);
      Path file = files.get(tenthousandths % files.size());
      byte[] bytes = Files.readAllBytes(file);
      int at = (int) ((long) bytes.length * tenthousandths / 10_000);
      bytes[at] ^= (byte) change;
      Files.write(file, bytes);
      try (AuditLog log = dead.fixture.open(dead.folder)) {
        Reply.AuditVerified verified = log.verify();
        String number = file.getFileName().toString().replaceAll("tail-0*|.audit", "");
        assertThat(verified.problems()).anyMatch(it -> it.contains("tail file " + number));
        assertThat(requests(log))
            .containsAll(
                dead.acknowledged.stream()
                    .filter(one -> one.file.equals(file.getFileName()) && one.size <= at)
                    .map(Acknowledged::id)
                    .toList());
      }
      try (AuditLog log = dead.fixture.open(dead.folder)) {
        assertThat(log.verify().problems()).as("after another start").isNotEmpty();
      }
    }
  }

  private static List<RequestId> requests(AuditLog log) {
    return AuditFixture.all(log).stream()
        .filter(entry -> entry.kind().equals("read"))
        .map(AuditEntry::requestId)
        .toList();
  }
}
