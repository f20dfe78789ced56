package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks leave once and whole, whatever fails in between. The sink refuses a number put twice. */
class BlockShipperTest {
  private final AuditFixture fixture = new AuditFixture();
  private final MemorySink sink = new MemorySink();

  /** What may happen to a log. */
  enum Step {
    APPEND,
    APPEND_MANY,
    HEARTBEAT,
    SHIP,
    SHIP_THAT_FAILS_BEFORE_THE_PUT,
    SHIP_THAT_FAILS_AFTER_THE_PUT,
    DETACH,
    ATTACH,
    CRASH
  }

  @Property(tries = 50)
  void nothingIsLostOrDoubledWhateverHappens(@ForAll @Size(min = 1, max = 40) List<Step> steps)
      throws IOException {
    AuditFixture world = new AuditFixture();
    MemorySink blocks = new MemorySink();
    Path parent = Files.createTempDirectory("audit");
    Path folder = parent;
    List<AuditLog> abandoned = new ArrayList<>();
    List<RequestId> appended = new ArrayList<>();
    AuditLog log = world.open(folder);
    try {
      for (Step step : steps) {
        switch (step) {
          case APPEND -> append(world, log, appended, 1);
          case APPEND_MANY -> append(world, log, appended, 60);
          case HEARTBEAT -> log.heartbeat();
          case SHIP -> log.ship();
          case SHIP_THAT_FAILS_BEFORE_THE_PUT -> {
            blocks.failBeforePut = true;
            shipOrFail(log);
            blocks.failBeforePut = false;
          }
          case SHIP_THAT_FAILS_AFTER_THE_PUT -> {
            blocks.failAfterPut = true;
            shipOrFail(log);
            blocks.failAfterPut = false;
          }
          case DETACH -> log.detach();
          case ATTACH -> log.attach(blocks);
          case CRASH -> {
            abandoned.add(log);
            folder = AuditFixture.crashImage(folder);
            log = world.open(folder);
          }
        }
      }
      log.attach(blocks);
      assertThat(requests(log)).isEqualTo(appended);
      assertThat(log.verify().problems()).isEmpty();
      AuditFixture.shipAll(log);
      assertThat(requests(log)).isEqualTo(appended);
      assertThat(log.verify().problems()).isEmpty();
    } finally {
      log.close();
      abandoned.forEach(AuditLog::close);
      try (Stream<Path> paths = Files.walk(parent)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void append(
      AuditFixture world, AuditLog log, List<RequestId> appended, int count) {
    for (int i = 0; i < count; i++) {
      AuditRecord record = world.read("company_a");
      log.append(record);
      appended.add(record.requestId());
    }
  }

  private static void shipOrFail(AuditLog log) throws IOException {
    try {
      log.ship();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("the put");
    }
  }

  private static List<RequestId> requests(AuditLog log) {
    return AuditFixture.all(log).stream().map(AuditEntry::requestId).toList();
  }

  @Test
  void tailFilesGoOnlyWhenTheirBlocksAreInTheSink(@TempDir Path folder) throws IOException {
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      append(fixture, log, new ArrayList<>(), 200);
      int files = AuditFixture.tailFiles(folder).size();
      assertThat(files).isGreaterThan(2);
      sink.failBeforePut = true;
      assertThatThrownBy(log::ship).isInstanceOf(IllegalStateException.class);
      assertThat(AuditFixture.tailFiles(folder)).hasSize(files);
      sink.failBeforePut = false;
      AuditFixture.shipAll(log);
      assertThat(AuditFixture.tailFiles(folder)).hasSize(1);
      assertThat(log.tailBytes()).isEqualTo(Files.size(AuditFixture.tailFiles(folder).getFirst()));
    }
  }

  @Test
  void heartbeatsAloneStayInTheTail(@TempDir Path folder) throws IOException {
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      append(fixture, log, new ArrayList<>(), 1);
      AuditFixture.shipAll(log);
      for (int i = 0; i < 5; i++) {
        log.heartbeat();
        AuditFixture.shipAll(log);
      }
      assertThat(sink.blocks).hasSize(1);
    }
  }

  @Test
  void aDamagedTailFileIsKeptAsEvidenceWhenWhatIsGoodInItHasLeft(@TempDir Path folder)
      throws IOException {
    AuditLog dying = fixture.open(folder);
    append(fixture, dying, new ArrayList<>(), 10);
    Path image = AuditFixture.crashImage(folder);
    dying.close();
    Path file = AuditFixture.tailFiles(image).getFirst();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    try (AuditLog log = fixture.open(image)) {
      log.attach(sink);
      append(fixture, log, new ArrayList<>(), 100);
      AuditFixture.shipAll(log);
      assertThat(file).doesNotExist();
      String name = file.getFileName().toString().replace("tail", "damaged");
      assertThat(Files.readAllBytes(image.resolve(name))).isEqualTo(bytes);
      assertThat(log.verify().problems())
          .anyMatch(it -> it.matches("records \\d+ to \\d+ are missing before block 2"));
    }
  }
}
