package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.bootstrap.WriteLedger.Entry;
import io.rekindle.v1.Memory;
import io.rekindle.v1.StoreMemoryResponse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log whose end is missing, as a disk that lied leaves it: the node starts, lacks at most what
 * was written there, is consistent, and says that acknowledged memories are missing.
 */
class CutLogIT {
  private static final int STORES = 120;
  private static final int SMALL_BYTES = 60;

  /** No write takes less of the log: row, vector, records and their two seals. */
  private static final int BYTES_A_STORE_MIN = 512;

  @TempDir Path folder;

  private final List<Memory> acknowledged = new ArrayList<>();

  @Test
  void aCutLogLosesNoMoreThanItsEndAndTheNodeSaysSo() throws Exception {
    long seed = Long.getLong("crash.seed", System.nanoTime());
    Random random = new Random(seed);
    Path killed = folder.resolve("killed");
    try (NodeChild node = NodeChild.start(killed, Map.of());
        DoorClient door = new DoorClient(node)) {
      DoorCrashIT.createNamespaces(door);
      for (int i = 0; i < STORES; i++) {
        Entry entry = new WriteLedger().begin("m" + i);
        acknowledged.add(door.store(WriteLedger.OWN, entry.first(), entry.storeKey()).getMemory());
      }
      node.kill();
    }
    for (int bytes : List.of(1 + random.nextInt(SMALL_BYTES), 60_000 + random.nextInt(40_000))) {
      boolean zeroed = bytes > SMALL_BYTES;
      String where =
          "%d bytes %s; repeat with -Dcrash.seed=%d"
              .formatted(bytes, zeroed ? "zeroed" : "cut off", seed);
      // A node that does not even start has no assertion to name this.
      System.out.println("the end of the log: " + where);
      Path copy = folder.resolve("cut-" + bytes);
      copy(killed, copy);
      damageEnd(copy.resolve("ignite/wal"), bytes, zeroed);
      try (NodeChild node = NodeChild.start(copy, Map.of());
          DoorClient door = new DoorClient(node)) {
        checkWhatIsLeft(door, bytes, where);
      }
    }
  }

  private void checkWhatIsLeft(DoorClient door, int bytes, String where) {
    int present = door.list(WriteLedger.OWN).size();
    int lost = STORES - present;
    if (bytes > SMALL_BYTES) {
      // The node was killed after the last store: a large end holds some.
      assertThat(lost).as(where).isPositive();
    }
    assertThat(lost).as(where).isLessThanOrEqualTo(1 + bytes / BYTES_A_STORE_MIN);
    assertThat(door.auditProblems()).as(where).isEmpty();
    WriteLedger ledger = new WriteLedger();
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < STORES; i++) {
      entries.add(ledger.begin("m" + i));
      entries.get(i).stored(acknowledged.get(i));
    }
    List<Entry> missing = entries.subList(present, STORES);
    for (Entry entry : missing) {
      assertThat(LedgerCheck.refusal(() -> door.get(WriteLedger.OWN, entry.acknowledgedId())))
          .as("%s: %s", where, entry)
          .isEqualTo("MEMORY_NOT_FOUND");
      assertThat(door.search(WriteLedger.OWN, entry.vector(1), 1))
          .as("%s: %s", where, entry)
          .noneMatch(hit -> hit.getMemory().getMemoryId().equals(entry.memoryId()));
    }
    assertThat(missingInAudit(door)).as(where).isEqualTo(lost);
    // What was lost can be stored again; then everything is as it was.
    for (Entry entry : missing) {
      StoreMemoryResponse again = door.store(WriteLedger.OWN, entry.first(), entry.storeKey());
      assertThat(again.getCreated()).as("%s: %s", where, entry).isTrue();
      entry.stored(again.getMemory());
    }
    assertThat(LedgerCheck.runOnRows(door, ledger)).as(where).isEmpty();
  }

  private static long missingInAudit(DoorClient door) {
    return door.auditRecords().stream()
        .filter(record -> record.getAction().equals("storage.acknowledged-missing"))
        .mapToLong(record -> record.getMemoryCount())
        .sum();
  }

  /**
   * Segments have their full length from the start; what they hold ends where only zeros follow.
   */
  private static void damageEnd(Path log, int bytes, boolean zeroed) throws IOException {
    List<Path> segments;
    try (Stream<Path> files = Files.walk(log)) {
      segments = files.filter(file -> file.toString().endsWith(".wal")).sorted().toList();
    }
    // The log of a new node has not come round to its first segment again.
    for (Path segment : segments.reversed()) {
      long end = usedBytes(segment) - bytes;
      if (end > 0) {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
          long length = file.length();
          file.setLength(end);
          if (zeroed) {
            file.setLength(length);
          }
        }
        return;
      }
    }
    throw new IllegalStateException("no segment holds more than " + bytes + " bytes");
  }

  private static long usedBytes(Path segment) throws IOException {
    byte[] all = Files.readAllBytes(segment);
    int used = all.length;
    while (used > 0 && all[used - 1] == 0) {
      used--;
    }
    return used;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
