package io.rekindle.node.audit;

import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.config.Durability;
import io.rekindle.node.keyring.TestCiphers;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the tests of the log share: a folder, a cipher, a clock, a disk, and how a log dies. */
final class AuditFixture {
  static final AuditSettings SETTINGS =
      new AuditSettings(
          4 * 1024, Duration.ofMillis(100), Duration.ofSeconds(10), 8, 16 * 1024, 1024 * 1024);

  BlockCipher cipher = TestCiphers.audit(7);
  final TestClock clock = new TestClock();
  final FaultyDisk disk = new FaultyDisk();
  AuditSettings settings = SETTINGS;
  Durability durability = Durability.PROCESS;

  /** Opens without the background thread: the test says when something happens. */
  AuditLog open(Path folder) {
    clock.advance(Duration.ofMillis(5));
    return AuditLog.open(folder, cipher, durability, settings, clock, disk, false);
  }

  AuditRecord record(Kind kind, RequestId id, String namespace) {
    return new AuditRecord(
        clock.instant(),
        kind,
        id,
        null,
        "agent-7",
        "memory.store",
        List.of(NamespacePath.parse(namespace)),
        List.of(new MemoryId(UUID.randomUUID())),
        1,
        null,
        kind == Kind.DENIAL ? "PERMISSION_DENIED" : AuditRecord.ALLOWED,
        "grpc",
        "127.0.0.1:4711",
        250);
  }

  AuditRecord read(String namespace) {
    return record(Kind.READ, RequestId.random(), namespace);
  }

  static void shipAll(AuditLog log) {
    try {
      while (log.ship()) {
        // Each call ships one block.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the disk holds now, as a kill -9 would leave it. */
  static Path crashImage(Path folder) throws IOException {
    Path image = Files.createTempDirectory(folder, "image");
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, image.resolve(file.getFileName()));
      }
    }
    return image;
  }

  /** Tail files, oldest first. */
  static List<Path> tailFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("tail-"))
          .sorted()
          .toList();
    }
  }

  /** Every record, oldest first, page by page. */
  static List<AuditEntry> all(AuditLog log) {
    List<AuditEntry> entries = new ArrayList<>();
    @Nullable AuditCursor before = null;
    do {
      AuditPage page =
          log.list(new AuditQuery(any -> true, null, null, false, null, null, 7, before));
      entries.addAll(page.entries());
      before = page.next();
    } while (before != null);
    return entries.reversed();
  }
}
