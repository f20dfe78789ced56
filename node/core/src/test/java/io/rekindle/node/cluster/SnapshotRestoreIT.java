package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of one cluster, restored by nodes of another one. */
@Timeout(180)
class SnapshotRestoreIT {
  private static final int ROWS = 1_000;
  @TempDir Path folder;

  private static CacheConfiguration<Object, Object> cache(String name, CacheMode mode) {
    return new CacheConfiguration<>(name)
        .setGroupName("group-of-" + name)
        .setCacheMode(mode)
        .setAtomicityMode(CacheAtomicityMode.TRANSACTIONAL)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setPartitionLossPolicy(PartitionLossPolicy.READ_WRITE_SAFE)
        .setAffinity(new RendezvousAffinityFunction(false, 16))
        .setEncryptionEnabled(true);
  }

  @Test
  void oneNodesSnapshotBecomesThreeNodesAndOneAgain() throws Exception {
    TestEngine first = TestEngine.open(folder.resolve("a"), Map.of());
    try (RunningIgnite running =
        first.start(cache("p", CacheMode.PARTITIONED), cache("r", CacheMode.REPLICATED))) {
      for (String name : List.of("p", "r")) {
        IgniteCache<Integer, Integer> cache = running.ignite().cache(name);
        IntStream.range(0, ROWS).forEach(i -> cache.put(i, i * 7));
      }
      new Snapshots(running.ignite()).create("one");
    }
    Path one = first.folders().dataFolder().resolve("ignite/snapshots/one");
    List<RunningIgnite> three = restore(first, "b", one, "one", 3, 1);
    check(three);
    new Snapshots(three.getFirst().ignite()).create("two");
    Path merged = folder.resolve("merged/two");
    for (int i = 0; i < 3; i++) {
      Path part = folder.resolve("b" + i).resolve("ignite/snapshots/two");
      try (Stream<Path> files = Files.walk(part)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path to = merged.resolve(part.relativize(file).toString());
          Files.createDirectories(to.getParent());
          if (!Files.exists(to)) {
            Files.copy(file, to);
          } else {
            assertThat(Files.mismatch(file, to)).as(file.toString()).isEqualTo(-1);
          }
        }
      }
    }
    three.forEach(RunningIgnite::close);
    List<RunningIgnite> again = restore(first, "c", merged, "two", 1, 0);
    check(again);
    again.forEach(RunningIgnite::close);
  }

  private static void check(List<RunningIgnite> nodes) {
    for (RunningIgnite node : nodes) {
      for (String name : List.of("p", "r")) {
        IgniteCache<Integer, Integer> cache = node.ignite().cache(name);
        for (int i = 0; i < ROWS; i++) {
          assertThat(cache.get(i)).isEqualTo(i * 7);
        }
      }
    }
    Ignite ignite = nodes.getFirst().ignite();
    if (nodes.size() > 1) {
      assertThat(ignite.affinity("p").mapPartitionToPrimaryAndBackups(0)).hasSize(2);
    }
  }

  private List<RunningIgnite> restore(
      TestEngine keys, String name, Path backup, String snapshot, int count, int backups)
      throws Exception {
    try (Stream<Path> files = Files.walk(backup)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (StagedSnapshot.isDerived(backup.relativize(file))) {
          Files.delete(file);
        }
      }
    }
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ports.add(port());
    }
    List<CompletableFuture<RunningIgnite>> starts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TestEngine engine =
          TestEngine.join(
              folder.resolve(name + i),
              keys,
              Map.of(
                  "rekindle.ignite.discovery-port",
                  ports.get(i).toString(),
                  "rekindle.cluster.addresses",
                  String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList())));
      StagedSnapshot.make(backup, snapshot, engine.folders().snapshots(), backups);
      SnapshotRestore restore =
          new SnapshotRestore(
              "id", snapshot, Set.of("group-of-p", "group-of-r"), Set.of("p", "r"), false);
      starts.add(
          CompletableFuture.supplyAsync(
              () -> {
                while (true) {
                  IgniteConfiguration configuration = engine.configuration(null);
                  restore.announce(configuration);
                  try {
                    return RunningIgnite.start(configuration, count, restore);
                  } catch (SeparateRingException e) {
                    assertThat(e).hasMessageContaining("apart");
                  }
                }
              },
              task -> Thread.ofPlatform().daemon().start(task)));
    }
    return starts.stream().map(CompletableFuture::join).toList();
  }

  private static int port() throws IOException {
    try (var socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
