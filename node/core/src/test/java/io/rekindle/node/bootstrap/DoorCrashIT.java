package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.v1.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a whole node with SIGKILL while clients write through its door, again and again on the same
 * folder; the next process is held against what was acknowledged.
 *
 * <p>{@code -Dcrash.kills=20} kills more often; {@code -Dcrash.seed=N} repeats a run, as far as the
 * operating system lets it.
 */
class DoorCrashIT {
  private static final int KILLS = Integer.getInteger("crash.kills", 3);
  private static final int WRITERS = 4;
  private static final int WRITING_MILLIS_MIN = 300;
  private static final int WRITING_MILLIS_MAX = 2_000;

  @TempDir Path folder;

  private final WriteLedger ledger = new WriteLedger();

  @Test
  void everyAcknowledgedWriteSurvivesKillAndIsAccountedFor() throws Exception {
    long seed = Long.getLong("crash.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int kill = 0; kill <= KILLS; kill++) {
      String where = "start %d; repeat with -Dcrash.seed=%d".formatted(kill, seed);
      try (NodeChild node = NodeChild.start(folder.resolve("data"), Map.of());
          DoorClient door = new DoorClient(node)) {
        if (kill == 0) {
          createNamespaces(door);
        }
        LedgerCheck.assertRight(LedgerCheck.run(door, ledger), where);
        if (kill < KILLS) {
          Runnable meanwhile = kill == 1 ? () -> assertASecondIsRefused(node) : () -> {};
          assertThat(writeUntilKilled(node, "k" + kill, random, meanwhile)).as(where).isEmpty();
        }
      }
    }
    assertThat(ledger.entries()).hasSizeGreaterThan(KILLS * WRITERS);
  }

  static void createNamespaces(DoorClient door) {
    createExternal(door, WriteLedger.OWN);
    door.tenants().create(external(WriteLedger.SHARED).setDedupeContent(true).build());
    door.tenants().create(Namespace.newBuilder().setNamespace(WriteLedger.WORDS).build());
  }

  static void createExternal(DoorClient door, String path) {
    door.tenants().create(external(path).build());
  }

  private static Namespace.Builder external(String path) {
    return Namespace.newBuilder()
        .setNamespace(path)
        .setEmbeddingModel("external")
        .setDimensions(WriteLedger.DIMENSIONS);
  }

  private ConcurrentLinkedQueue<String> writeUntilKilled(
      NodeChild node, String round, Random random, Runnable meanwhile) throws InterruptedException {
    AtomicBoolean dying = new AtomicBoolean();
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    List<Thread> writers = new ArrayList<>();
    List<DoorClient> doors = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      DoorClient door = new DoorClient(node);
      doors.add(door);
      String name = round + "w" + i;
      LedgerWriter writer =
          new LedgerWriter(door, ledger, name, random.nextLong(), dying::get, wrong);
      writers.add(Thread.ofPlatform().name(name).start(writer));
    }
    meanwhile.run();
    // The moment is chance, which is the point; nothing is asserted about time.
    Thread.sleep(random.nextInt(WRITING_MILLIS_MIN, WRITING_MILLIS_MAX));
    dying.set(true);
    node.kill();
    for (Thread writer : writers) {
      writer.join();
    }
    doors.forEach(DoorClient::close);
    return wrong;
  }

  /** The writers go on, and whatever refuses one of them before the kill is an error. */
  private static void assertASecondIsRefused(NodeChild first) {
    try (NodeChild second = NodeChild.launch(first.folder(), Map.of())) {
      assertThat(second.awaitReady()).isFalse();
      assertThat(second.exitCode()).isEqualTo(NodeMain.REFUSED);
      // Before it there is only what the JVM says of its modules.
      assertThat(second.output().lines().toList())
          .last()
          .isEqualTo("Another node is running on the data folder " + first.folder() + ".");
      assertThat(first.isAlive()).isTrue();
    }
  }
}
