package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.rekindle.node.bootstrap.WriteLedger.Entry;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.storage.TestFolders;
import io.rekindle.v1.AuditRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up: first to the reserve, then to the last byte. */
class FullDiskIT {
  private static final int DISK_MEGABYTES = 128;
  private static final long RESERVE_BYTES = 32L << 20;
  private static final int ROUNDS_ON_A_FULL_DISK = 300;

  /** Small logs, for a small disk. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "rekindle.disk.reserve-bytes", "32MiB",
          "rekindle.ignite.wal-segment", "2MiB",
          "rekindle.ignite.wal-archive-max", "16MiB");

  private static final int ENGINE_STOP_SECONDS_MAX = 60;
  private static final int TRIES_MAX = 300;

  @TempDir Path folder;

  private final WriteLedger ledger = new WriteLedger();
  private final Map<String, Integer> answeredOnTheFullDisk = new HashMap<>();
  private final Map<String, Integer> refusedOnTheFullDisk = new HashMap<>();

  @Test
  void nothingAcknowledgedIsLostWhenTheDiskFillsUp() {
    try (SmallDisk disk = mount()) {
      Path data = disk.folder("data");
      try (NodeChild node = NodeChild.start(data, SETTINGS);
          DoorClient door = new DoorClient(node)) {
        DoorCrashIT.createNamespaces(door);
        String spareKey = door.createKey();
        writeUntilTheReserveIsReached(disk, node);
        assertOnlyGrowthIsRefused(door, spareKey);
        disk.fill();
        useTheFullDisk(door, node);
        // An engine that failed is given half a minute to stop; until then the process is there.
        if (!node.endsWithin(ENGINE_STOP_SECONDS_MAX)) {
          disk.free();
          awaitAnswers(door);
          assertEverythingIsThere(door, "without a start");
          assertThat(node.stop()).isZero();
        } else {
          assertThat(node.exitCode()).isEqualTo(NodeMain.ENGINE_FAILED);
        }
      }
      // The dead process let go of files, and a start empties the temporary folder.
      TestFolders.delete(data.resolve("tmp"));
      disk.fill();
      assertAStartIsRefused(data);
      disk.free();
      try (NodeChild node = NodeChild.start(data, SETTINGS);
          DoorClient door = new DoorClient(node)) {
        assertEverythingIsThere(door, "after a start");
      }
    }
  }

  /** The audit tries again at its next heartbeat; until then nothing is answered. */
  private static void awaitAnswers(DoorClient door) {
    String refusal = LedgerCheck.refusal(door::auditRecords);
    for (int i = 0; i < TRIES_MAX && refusal.equals("AUDIT_UNAVAILABLE"); i++) {
      LedgerCheck.pause();
      refusal = LedgerCheck.refusal(door::auditRecords);
    }
    assertThat(refusal).isEmpty();
  }

  private SmallDisk mount() {
    try {
      return SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES);
    } catch (IOException e) {
      String why = "skipped: a tmpfs can't be mounted here, which takes root: " + e.getMessage();
      System.out.println(why);
      return abort(why);
    }
  }

  private void writeUntilTheReserveIsReached(SmallDisk disk, NodeChild node) {
    ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    try (DoorClient first = new DoorClient(node);
        DoorClient second = new DoorClient(node)) {
      LedgerWriter one = new LedgerWriter(first, ledger, "one", 1, () -> true, wrong);
      LedgerWriter two = new LedgerWriter(second, ledger, "two", 2, () -> true, wrong);
      Thread thread = Thread.ofPlatform().name("writer").start(one);
      while (ledger.entries().size() < 20) {
        LedgerCheck.pause();
      }
      disk.fillUpTo(RESERVE_BYTES - (2 << 20));
      two.run();
      thread.join();
      for (LedgerWriter writer : List.of(one, two)) {
        Refused refusal = Objects.requireNonNull(writer.refusal());
        assertThat(refusal.reason()).isEqualTo("DISK_RESERVE_REACHED");
        assertThat(refusal)
            .hasMessageStartingWith("RESOURCE_EXHAUSTED")
            .hasMessageContaining("rekindle.disk.reserve-bytes")
            .hasMessageContaining(Long.toString(RESERVE_BYTES));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertThat(wrong).isEmpty();
  }

  private void assertOnlyGrowthIsRefused(DoorClient door, String spareKey) {
    Entry kept = living();
    assertThat(LedgerCheck.refusal(() -> door.store(WriteLedger.OWN, kept.first(), "new")))
        .isEqualTo("DISK_RESERVE_REACHED");
    assertThat(LedgerCheck.refusal(() -> door.tenants().external("crash/more", false)))
        .isEqualTo("DISK_RESERVE_REACHED");
    assertThat(LedgerCheck.refusal(() -> door.tenants().key("", GrpcTenants.grant("crash", ""))))
        .isEqualTo("DISK_RESERVE_REACHED");
    assertThat(door.get(WriteLedger.OWN, kept.acknowledgedId()).getExternalKey())
        .isEqualTo(kept.name);
    assertThat(door.search(WriteLedger.OWN, kept.vector(1), 1)).isNotEmpty();
    assertThat(door.list(WriteLedger.OWN)).isNotEmpty();
    delete(door, living());
    door.revokeKey(spareKey);
    assertThat(door.auditRecords()).isNotEmpty();
  }

  private Entry living() {
    return ledger.entries().values().stream()
        .filter(entry -> entry.deletes() == 0 && entry.memoryId() != null)
        .filter(entry -> entry.allows(1) || entry.updates() > 0)
        .findAny()
        .orElseThrow();
  }

  private static void delete(DoorClient door, Entry entry) {
    entry.triesDelete();
    door.delete(WriteLedger.OWN, entry.acknowledgedId());
    entry.deleted();
  }

  /** Whatever is answered must be recorded; whatever is acknowledged must be true later. */
  private void useTheFullDisk(DoorClient door, NodeChild node) {
    for (int round = 0; round < ROUNDS_ON_A_FULL_DISK && node.isAlive(); round++) {
      Entry entry = living();
      count("memory.get", () -> door.get(WriteLedger.OWN, entry.acknowledgedId()));
      count("memory.search", () -> door.search(WriteLedger.OWN, entry.vector(1), 1));
      if (round % 10 == 0) {
        count("memory.delete", () -> delete(door, entry));
      }
      LedgerCheck.pauseShortly();
    }
  }

  private void count(String action, Runnable call) {
    String refusal = LedgerCheck.refusal(call);
    if (refusal.isEmpty()) {
      answeredOnTheFullDisk.merge(action, 1, Integer::sum);
    } else {
      refusedOnTheFullDisk.merge(refusal, 1, Integer::sum);
    }
  }

  /** A supervisor starts a dead node again, and again: that must do no harm. */
  private static void assertAStartIsRefused(Path data) {
    try (NodeChild again = NodeChild.launch(data, SETTINGS)) {
      assertThat(again.awaitReady()).isFalse();
      assertThat(again.exitCode()).isEqualTo(NodeMain.REFUSED);
      assertThat(again.output().lines().toList())
          .last()
          .asString()
          .startsWith("The disk of the data folder " + data + " is full");
    }
  }

  private void assertEverythingIsThere(DoorClient door, String where) {
    Map<String, Integer> recorded = new HashMap<>();
    for (AuditRecord record : door.auditRecords()) {
      if (record.getDecision().equals("allowed") && !record.getKind().equals("intent")) {
        recorded.merge(record.getAction(), 1, Integer::sum);
      }
    }
    answeredOnTheFullDisk.forEach(
        (action, count) ->
            assertThat(recorded.getOrDefault(action, 0)).as(action).isGreaterThanOrEqualTo(count));
    LedgerCheck.assertRight(LedgerCheck.run(door, ledger), where);
  }
}
