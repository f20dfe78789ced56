package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.AuditEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files and blocks of format 1, which the audit key itself seals. The bytes were written by the
 * release that had it: a heartbeat and three records in a block, two records behind it in the tail.
 */
class FormatOneTest {
  private static final String TAIL = "tail-0000001772359200000.audit";

  private final AuditFixture fixture = new AuditFixture();
  private final MemorySink sink = new MemorySink();
  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    for (String name : List.of(TAIL, "head.audit")) {
      Files.write(folder.resolve(name), resource(name));
    }
    sink.blocks.put(1L, resource("block-1"));
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = FormatOneTest.class.getResourceAsStream("format-1/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static List<AuditEntry> stores(AuditLog log) {
    return AuditFixture.all(log).stream()
        .filter(entry -> entry.action().equals("memory.store"))
        .toList();
  }

  @Test
  void theTailTheBlocksAndTheHeadAreReadAndTheChainGoesOn() {
    try (AuditLog log = fixture.open(folder)) {
      assertThat(log.verify().problems()).as("without the block").isEmpty();
      assertThat(stores(log)).hasSize(5);
      log.attach(sink);
      log.append(fixture.read("company_a"));
      assertThat(stores(log)).as("of a block, a former tail and a new one").hasSize(6);
      AuditFixture.shipAll(log);
      assertThat(log.verify().problems()).isEmpty();
      assertThat(sink.blocks.lastEntry().getValue()[0]).as("format").isEqualTo((byte) 2);
      assertThat(folder.resolve(TAIL)).as("shipped").doesNotExist();
    }
    try (AuditLog log = fixture.open(folder)) {
      log.attach(sink);
      assertThat(log.verify().problems()).isEmpty();
      assertThat(stores(log)).hasSize(6);
      assertThat(log.verify().firstSequence()).isEqualTo(1);
    }
  }

  @Test
  void theHeadStillTellsOfATailThatWasCut() throws IOException {
    Files.delete(folder.resolve(TAIL));
    try (AuditLog log = fixture.open(folder)) {
      assertThat(log.verify().problems())
          .contains("the tail was cut: it ends with record 0, the last heartbeat saw record 7");
    }
  }

  @Test
  void aByteChangedInAnyOfThemIsFound() throws IOException {
    for (String name : List.of(TAIL, "head.audit", "block-1")) {
      byte[] whole = resource(name);
      for (int at = 0; at < whole.length; at += 11) {
        byte[] altered = whole.clone();
        altered[at] ^= 1;
        Path copy = AuditFixture.crashImage(folder);
        MemorySink blocks = new MemorySink();
        blocks.blocks.putAll(sink.blocks);
        if (name.equals("block-1")) {
          blocks.blocks.put(1L, altered);
        } else {
          Files.write(copy.resolve(name), altered);
        }
        try (AuditLog log = fixture.open(copy)) {
          log.attach(blocks);
          assertThat(log.verify().problems()).as("byte %d of %s", at, name).isNotEmpty();
        }
      }
    }
  }

  @Test
  void aDamagedHeaderHidesNoFrame() throws IOException {
    byte[] bytes = resource(TAIL);
    bytes[4] ^= 3; // The format.
    Files.write(folder.resolve(TAIL), bytes);
    try (AuditLog log = fixture.open(folder)) {
      assertThat(log.verify().problems())
          .allMatch(it -> it.contains("the file header was altered"));
      assertThat(stores(log)).hasSize(5);
    }
  }
}
