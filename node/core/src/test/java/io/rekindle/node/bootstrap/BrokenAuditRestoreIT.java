package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.backup.ForgedBackup;
import io.rekindle.node.cluster.FreePort;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.BackupCipher;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.BackupServiceGrpc;
import io.rekindle.v1.CreateBackupRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backup whose audit is broken is refused by the node that walks it, at each of its starts: also
 * when another node went on meanwhile, and would be the one to walk.
 */
@Timeout(300)
class BrokenAuditRestoreIT {
  private static final String NAME = "broken";

  @TempDir Path parent;

  @Test
  void aBrokenAuditIsRefusedUntilTheOperatorAcceptsIt() throws Exception {
    Path source = parent.resolve("a");
    String adminKey = makeBackup(source);
    Path backup = source.resolve("backups/" + NAME);
    Path localKey = source.resolve("keys/local.key");
    forge(source, backup);

    List<Path> folders = List.of(parent.resolve("b0"), parent.resolve("b1"));
    List<Integer> ports = FreePort.several("127.0.0.1", 2);
    NodeRestore.create(folders.get(0), backup, localKey, List.of(), properties(ports, 0));
    NodeRestore.join(folders.get(1), backup, folders.get(0), List.of(), properties(ports, 1));
    List<CompletableFuture<TestNode>> starts =
        folders.stream().map(BrokenAuditRestoreIT::starting).toList();
    List<TestNode> running = new ArrayList<>();
    Path refused = parent;
    for (int i = 0; i < starts.size(); i++) {
      try {
        running.add(starts.get(i).join());
      } catch (CompletionException e) {
        assertThat(e.getCause()).isInstanceOf(StartRefusedException.class);
        refused = folders.get(i);
      }
    }
    try (TestNode _ = running.getFirst()) {
      assertThat(running).as("the one that does not walk").hasSize(1);
      Path folder = refused;
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> TestNode.start(folder).close())
          .withMessageStartingWith(
              "The audit of the node %s in the backup broken is not whole: ",
              Files.readString(source.resolve("node.id")).strip())
          .withMessageEndingWith(
              "take another backup, or have this one in spite of that by `rekindle node start"
                  + " --accept-broken-audit`.");

      RestoreMark.acceptBrokenAudit(folder);
      try (TestNode accepted = TestNode.start(folder);
          Tenancy tenancy = new Tenancy(accepted.port(), folder, adminKey)) {
        assertThat(tenancy.records(""))
            .extracting(AuditRecord::getAction)
            .contains(PendingRestore.CHAIN_BROKEN, PendingRestore.CHAIN, PendingRestore.RESTORED);
        assertThat(folder.resolve(RestoreMark.FILE)).doesNotExist();
        assertThatExceptionOfType(StartRefusedException.class)
            .as("nothing is left to be accepted")
            .isThrownBy(() -> RestoreMark.acceptBrokenAudit(folder));
      }
    }
  }

  private static String makeBackup(Path source) {
    try (TestNode node = TestNode.start(source);
        Tenancy tenancy = new Tenancy(node.port(), source, node.adminKey())) {
      var _ =
          call(
              () ->
                  BackupServiceGrpc.newBlockingStub(tenancy.admin())
                      .createBackup(CreateBackupRequest.newBuilder().setName(NAME).build()));
      return node.adminKey();
    }
  }

  private static void forge(Path source, Path backup) throws IOException {
    try (KeyManagementService kms =
            new LocalKeyManagementService(source.resolve("keys/local.key"));
        ClusterKey key = ClusterKeyFile.open(source.resolve("keys/cluster.key"), kms)) {
      ForgedBackup.ofOtherAudits(backup, new BackupCipher(key));
    }
  }

  private static Map<String, String> properties(List<Integer> ports, int node) {
    Map<String, String> properties = new HashMap<>(TestNode.properties());
    properties.put("rekindle.ignite.discovery-port", ports.get(node).toString());
    properties.put("rekindle.ignite.backups", "1");
    properties.put("rekindle.cluster.initial-nodes", node == 0 ? "2" : "0");
    // One of two is no majority, and is not to end meanwhile.
    properties.put("rekindle.cluster.halt-after", "PT10M");
    properties.put(
        "rekindle.cluster.addresses",
        "127.0.0.1:%d,127.0.0.1:%d".formatted(ports.get(0), ports.get(1)));
    return properties;
  }

  private static CompletableFuture<TestNode> starting(Path folder) {
    return CompletableFuture.supplyAsync(
        () -> TestNode.start(folder), task -> Thread.ofPlatform().daemon().start(task));
  }
}
