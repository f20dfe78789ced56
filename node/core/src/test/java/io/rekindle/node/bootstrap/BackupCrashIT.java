package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.v1.Backup;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.BackupServiceGrpc.BackupServiceBlockingStub;
import io.rekindle.v1.CreateBackupRequest;
import io.rekindle.v1.DeleteBackupRequest;
import io.rekindle.v1.ListBackupsRequest;
import io.rekindle.v1.VerifyBackupRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a node with SIGKILL while it makes a backup, and while it begins with one. What was cut
 * short counts as nothing, and what is done again is whole.
 */
@TestMethodOrder(OrderAnnotation.class)
@Timeout(300)
class BackupCrashIT {
  private static final String NAME = "cut_short";

  @TempDir static Path parent;

  private static Path data = Path.of("");
  private static Map<String, String> before = Map.of();
  private static String adminKey = "";

  @Test
  @Order(1)
  void aBackupThatAKillCutShortIsNoneAndTheNextOneIsWhole() throws Exception {
    data = parent.resolve("data");
    try (NodeChild node = NodeChild.start(data, Map.of())) {
      adminKey = node.adminKey();
      try (Tenancy tenancy = new Tenancy(node.port(), data, adminKey)) {
        tenancy.fill(new Canaries());
        before = tenancy.everything();
        killWhile(node, () -> create(tenancy), data.resolve("ignite/snapshots/" + NAME));
      }
    }
    assertNothingToRestore();
    try (NodeChild node = NodeChild.start(data, Map.of());
        Tenancy tenancy = new Tenancy(node.port(), data, adminKey)) {
      assertThat(data.resolve("ignite/snapshots")).isEmptyDirectory();
      killWhile(node, () -> create(tenancy), data.resolve("backups/" + NAME));
    }
    assertNothingToRestore();
    try (NodeChild node = NodeChild.start(data, Map.of());
        Tenancy tenancy = new Tenancy(node.port(), data, adminKey)) {
      assertThat(list(tenancy))
          .singleElement()
          .satisfies(backup -> assertThat(backup.getProblem()).contains("manifest is missing"));
      assertThat(problems(tenancy)).isNotEmpty();
      var _ = backups(tenancy).deleteBackup(DeleteBackupRequest.newBuilder().setName(NAME).build());
      assertThat(create(tenancy).getProblem()).isEmpty();
      assertThat(problems(tenancy)).isEmpty();
      assertThat(tenancy.everything()).isEqualTo(before);
    }
  }

  @Test
  @Order(2)
  void aFirstStartThatWasKilledBeginsAgainAndHasEverything() throws Exception {
    Path folder = parent.resolve("restored");
    var _ =
        NodeRestore.create(
            folder,
            data.resolve("backups/" + NAME),
            data.resolve("keys/local.key"),
            List.of(),
            TestNode.properties());
    Path staged = folder.resolve("ignite/snapshots/" + NAME);
    killAsSoonAs(folder, () -> Files.exists(staged));
    assertThat(folder.resolve(RestoreMark.FILE)).exists();
    killAsSoonAs(folder, () -> hasPages(folder));
    assertThat(folder.resolve(RestoreMark.FILE)).exists();

    try (NodeChild node = NodeChild.start(folder, Map.of());
        Tenancy tenancy = new Tenancy(node.port(), folder, adminKey)) {
      assertThat(tenancy.everything()).isEqualTo(before);
      assertThat(tenancy.verify("").getProblemsList()).isEmpty();
      assertThat(
              tenancy.verify(Files.readString(data.resolve("node.id")).strip()).getProblemsList())
          .isEmpty();
      assertThat(folder.resolve(RestoreMark.FILE)).doesNotExist();
    }
  }

  /** Kills a first start in the middle. */
  private static void killAsSoonAs(Path folder, Moment moment) throws IOException {
    try (NodeChild node = NodeChild.launch(folder, Map.of())) {
      while (!moment.isNow()) {
        assertThat(node.isAlive()).as(node.output()).isTrue();
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(node.output()).doesNotContain("READY");
    }
  }

  /** When to kill. */
  private interface Moment {
    boolean isNow() throws IOException;
  }

  /** Ignite has begun to bring partitions in. */
  private static boolean hasPages(Path folder) throws IOException {
    try (Stream<Path> files = Files.find(folder.resolve("ignite/db"), 4, (_, _) -> true)) {
      return files.anyMatch(file -> file.getFileName().toString().matches("part-\\d+\\.bin.*"));
    } catch (NoSuchFileException | UncheckedIOException e) {
      return false; // What was listed is being emptied, or moved.
    }
  }

  /** Kills the node as soon as a folder is there, which the work makes that it does meanwhile. */
  private static void killWhile(NodeChild node, Runnable work, Path folder) {
    CompletableFuture<Void> asked =
        CompletableFuture.runAsync(work, task -> Thread.ofPlatform().daemon().start(task));
    while (!Files.exists(folder)) {
      assertThat(asked).isNotDone();
      LockSupport.parkNanos(100_000);
    }
    node.kill();
    assertThat(asked.handle((_, failure) -> failure).join()).as("it was not answered").isNotNull();
  }

  private static void assertNothingToRestore() {
    Path folder = parent.resolve("refused");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(
            () ->
                NodeRestore.create(
                    folder,
                    data.resolve("backups/" + NAME),
                    data.resolve("keys/local.key"),
                    List.of(),
                    TestNode.properties()))
        .withMessageContaining("is no whole backup: the manifest is missing");
    assertThat(folder).doesNotExist();
  }

  private static BackupServiceBlockingStub backups(Tenancy tenancy) {
    return BackupServiceGrpc.newBlockingStub(tenancy.admin());
  }

  private static Backup create(Tenancy tenancy) {
    return call(() ->
            backups(tenancy).createBackup(CreateBackupRequest.newBuilder().setName(NAME).build()))
        .getBackup();
  }

  private static List<Backup> list(Tenancy tenancy) {
    return call(() -> backups(tenancy).listBackups(ListBackupsRequest.getDefaultInstance()))
        .getBackupsList();
  }

  private static List<String> problems(Tenancy tenancy) {
    return call(() ->
            backups(tenancy).verifyBackup(VerifyBackupRequest.newBuilder().setName(NAME).build()))
        .getProblemsList();
  }
}
