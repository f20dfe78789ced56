package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that do not begin with the same backup are refused; those that do, BackupIT has. */
@Timeout(120)
class SnapshotRestoreIT {
  @TempDir Path folder;

  private final List<TestEngine> engines = new ArrayList<>();
  private final List<RunningIgnite> running = new ArrayList<>();

  @BeforeEach
  void makeFolders() throws IOException {
    List<String> ports = new ArrayList<>();
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      ports.add(Integer.toString(one.getLocalPort()));
      ports.add(Integer.toString(other.getLocalPort()));
    }
    for (String port : ports) {
      Map<String, String> settings = new HashMap<>();
      settings.put("rekindle.ignite.discovery-port", port);
      settings.put("rekindle.cluster.initial-nodes", engines.isEmpty() ? "2" : "0");
      settings.put(
          "rekindle.cluster.addresses",
          "127.0.0.1:%s,127.0.0.1:%s".formatted(ports.get(0), ports.get(1)));
      engines.add(
          engines.isEmpty()
              ? TestEngine.open(folder.resolve("0"), settings)
              : TestEngine.join(folder.resolve("1"), engines.getFirst(), settings));
    }
  }

  @AfterEach
  void stop() {
    running.forEach(RunningIgnite::close);
    engines.forEach(TestEngine::close);
  }

  private static SnapshotRestore restore(String id, boolean done) {
    return new SnapshotRestore(id, "one", Set.of("group"), Set.of("memory"), done);
  }

  @Test
  void aClusterThatHoldsSomethingTakesNoBackup() {
    running.add(
        RunningIgnite.start(
            engines
                .getFirst()
                .configuration(
                    null, new CacheConfiguration<>("memory").setEncryptionEnabled(true))));
    assertThat(refusal(starting(1, 0, restore("id", false))))
        .startsWith("The cluster that this node joined has nodes that restore no backup");
    assertThat(running.getFirst().ignite().cluster().nodes()).hasSize(1);
  }

  @Test
  void nodesOfDifferentBackupsAreNoCluster() {
    var first = starting(0, 2, restore("one-id", false));
    var second = starting(1, 0, restore("other-id", false));
    String sentence = "The nodes of this cluster restore different backups: [one-id, other-id].";
    assertThat(refusals(first, second)).contains(sentence);
  }

  @Test
  void aRestoreThatEndedOnOneNodeOnlyIsNotGoneOnWith() {
    var first = starting(0, 2, restore("id", true));
    var second = starting(1, 0, restore("id", false));
    assertThat(refusals(first, second))
        .contains(
            "The restore of the backup one ended on some nodes and not on others: begin again,"
                + " with empty data folders.");
  }

  /** The one that is refused first leaves, which may be what the other one hears of. */
  private static List<String> refusals(
      CompletableFuture<RunningIgnite> first, CompletableFuture<RunningIgnite> second) {
    return List.of(refusal(first), refusal(second));
  }

  private static String refusal(CompletableFuture<RunningIgnite> start) {
    return String.valueOf(
        assertThatExceptionOfType(CompletionException.class)
            .isThrownBy(start::join)
            .havingCause()
            .isInstanceOf(StartRefusedException.class)
            .actual()
            .getMessage());
  }

  private CompletableFuture<RunningIgnite> starting(
      int node, int initialNodes, SnapshotRestore restore) {
    return CompletableFuture.supplyAsync(
        () -> {
          while (true) {
            IgniteConfiguration configuration = engines.get(node).configuration(null);
            restore.announce(configuration);
            try {
              return RunningIgnite.start(configuration, initialNodes, restore);
            } catch (SeparateRingException e) {
              assertThat(e).hasMessageContaining("apart");
            }
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }
}
