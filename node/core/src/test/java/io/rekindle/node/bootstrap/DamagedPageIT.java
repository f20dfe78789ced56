package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.bootstrap.WriteLedger.Entry;
import io.rekindle.v1.Memory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pages that rot on disk: nobody is shown what is in them, everybody else is served, and the node
 * does not stop again for the same ones.
 */
class DamagedPageIT {
  private static final int PAGE_BYTES = 4096;
  private static final int NAMESPACES = 4;
  private static final int MEMORIES = 20;
  private static final int CONTENT_BYTES = 2_500;

  @TempDir Path folder;

  private final List<Memory> stored = new ArrayList<>();

  @Test
  void aDamagedPageCostsItsNamespaceAloneAndOneStop() throws Exception {
    Path data = folder.resolve("data");
    try (NodeChild node = NodeChild.start(data, Map.of());
        DoorClient door = new DoorClient(node)) {
      fill(door);
      assertThat(node.stop()).isZero();
    }
    damageAPageThatNoStartReads(data);
    try (NodeChild node = NodeChild.start(data, Map.of());
        DoorClient door = new DoorClient(node)) {
      assertOneNamespaceIsLeftOut(door);
      assertThat(door.auditProblems()).isEmpty();
      assertThat(node.stop()).isZero();
    }
  }

  /** Which pages a start reads is Ignite's affair: those it refuses are put back, as it says. */
  private void damageAPageThatNoStartReads(Path data) throws IOException {
    Path partition = largestPartition(data);
    byte[] whole = Files.readAllBytes(partition);
    for (double place : List.of(0.8, 0.6, 0.4)) {
      damage(partition, place);
      if (isMetOnceTheNodeIsReady(data, partition)) {
        return;
      }
      Files.write(partition, whole);
      Files.delete(data.resolve("ignite/damaged-partitions"));
    }
    throw new AssertionError("every start reads every page");
  }

  /** False when the start was refused; afterwards the node has stopped either way. */
  private boolean isMetOnceTheNodeIsReady(Path data, Path partition) {
    try (NodeChild node = NodeChild.launch(data, Map.of())) {
      if (node.awaitReady()) {
        // Background work may meet the page before we do: then the node is going already.
        try (DoorClient door = new DoorClient(node)) {
          assertThat(refusals(door))
              .isNotEmpty()
              .isSubsetOf("DATA_CORRUPTED", "NOT_READY", "UNAVAILABLE", "INTERNAL");
        }
      } else if (node.exitCode() == NodeMain.REFUSED) {
        assertThat(node.output().lines().toList())
            .last()
            .isEqualTo(
                "A page of the file "
                    + partition
                    + " is damaged, which every start reads; put the file back.");
        return false;
      }
      assertThat(node.exitCode()).as(node.output()).isEqualTo(NodeMain.ENGINE_FAILED);
      return true;
    }
  }

  private void fill(DoorClient door) {
    for (int n = 0; n < NAMESPACES; n++) {
      DoorCrashIT.createExternal(door, "damage/n" + n);
      for (int i = 0; i < MEMORIES; i++) {
        Memory memory = memory("m" + n + "-" + i);
        Memory columns = door.store("damage/n" + n, memory, "").getMemory();
        stored.add(
            memory.toBuilder()
                .setNamespace("damage/n" + n)
                .setMemoryId(columns.getMemoryId())
                .build());
      }
    }
  }

  /** Of a page or so, and not compressible, so that most pages hold content. */
  private static Memory memory(String name) {
    byte[] noise = new byte[CONTENT_BYTES];
    new Random(name.hashCode()).nextBytes(noise);
    return Memory.newBuilder()
        .setExternalKey(name)
        .setContent(Base64.getEncoder().encodeToString(noise))
        .addAllVector(WriteLedger.vectorOf(name))
        .build();
  }

  /** Reads everything; what is answered is right. */
  private Set<String> refusals(DoorClient door) {
    Set<String> refusals = new TreeSet<>();
    for (Memory memory : stored) {
      refusals.add(LedgerCheck.refusal(() -> assertRight(door, memory)));
    }
    refusals.remove("");
    return refusals;
  }

  private static void assertRight(DoorClient door, Memory memory) {
    Memory read = door.get(memory.getNamespace(), memory.getMemoryId());
    assertThat(read.getContent()).isEqualTo(memory.getContent());
    assertThat(read.getExternalKey()).isEqualTo(memory.getExternalKey());
  }

  private void assertOneNamespaceIsLeftOut(DoorClient door) {
    Set<String> leftOut = new TreeSet<>();
    for (Memory memory : stored) {
      String refusal = LedgerCheck.refusal(() -> assertRight(door, memory));
      if (!refusal.isEmpty()) {
        assertThat(refusal).isEqualTo("DATA_CORRUPTED");
        leftOut.add(memory.getNamespace());
      }
    }
    assertThat(leftOut).hasSize(1);
    for (int n = 0; n < NAMESPACES; n++) {
      String namespace = "damage/n" + n;
      Entry entry = new WriteLedger().begin("later-" + n);
      String refusal =
          LedgerCheck.refusal(
              () -> {
                assertThat(door.list(namespace)).hasSize(MEMORIES);
                assertThat(door.search(namespace, entry.vector(1), 10)).hasSize(10);
                var _ = door.store(namespace, entry.first(), entry.storeKey());
              });
      assertThat(refusal).isEqualTo(leftOut.contains(namespace) ? "DATA_CORRUPTED" : "");
    }
    DoorCrashIT.createExternal(door, "damage/new");
  }

  private static Path largestPartition(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data.resolve("ignite/db"))) {
      return files
          .filter(file -> file.toString().contains("cacheGroup-slices"))
          .filter(file -> file.getFileName().toString().startsWith("part-"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  /** One bit of each of a tenth of the pages. */
  private static void damage(Path partition, double from) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(partition.toFile(), "rw")) {
      long pages = file.length() / PAGE_BYTES;
      for (long page = (long) (pages * from); page < pages * (from + 0.1); page++) {
        long place = page * PAGE_BYTES + PAGE_BYTES / 2;
        file.seek(place);
        int before = file.read();
        file.seek(place);
        file.write(before ^ 1);
      }
    }
  }
}
