package io.rekindle.chaos.scenario.exploratory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.fault.Faults;
import io.rekindle.chaos.fault.NetworkFaults;
import io.rekindle.chaos.fault.SmallDisk;
import io.rekindle.chaos.report.ChaosReport;
import io.rekindle.chaos.scenario.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dminutes=30} is how long; {@code -Dnodes=3} how many nodes; {@code -Dseed=N} repeats a
 * run, as far as the operating system lets it; {@code -Dreport=folder} is where the report goes.
 */
class ExplorationIT {
  /** Room for what half an hour of traffic leaves. */
  private static final int DISK_MEGABYTES = 768;

  private final long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
  private final int minutes = Integer.getInteger("chaos.minutes", 10);
  private final int nodes = Integer.getInteger("chaos.nodes", 1);
  private final Path folder =
      Path.of(System.getProperty("chaos.folder"), "exploration-" + seed).toAbsolutePath();
  private final String command =
      "mvn -B verify -pl chaos-tests -am -Pexploratory -Dnodes=%d -Dminutes=%d -Dseed=%d"
          .formatted(nodes, minutes, seed);

  @Test
  void keepsEveryPromiseUntilTheTimeEnds() {
    System.out.println("Running for %d minutes; repeat with: %s".formatted(minutes, command));
    if (nodes == 1) {
      one();
    } else {
      several();
    }
  }

  private void one() {
    Optional<SmallDisk> disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES);
    Verdict verdict;
    try {
      Path below = disk.map(SmallDisk::folder).orElse(folder).resolve("run");
      Cluster cluster = Cluster.prepare(Distribution.built(), below, ClusterSpec.of(1, 0));
      verdict =
          Exploration.run(seed, cluster, Faults.under(disk), Duration.ofMinutes(minutes), folder);
    } finally {
      disk.ifPresent(SmallDisk::close);
    }
    judge(verdict, Faults.missing(disk));
  }

  private void several() {
    NetworkFaults.Support support = NetworkFaults.support();
    Optional<NetworkFaults> network =
        support.supported() ? Optional.of(NetworkFaults.open(nodes)) : Optional.empty();
    Verdict verdict;
    try {
      verdict =
          Exploration.run(
              seed,
              cluster(network),
              Faults.amongOthers(network),
              Duration.ofMinutes(minutes),
              folder);
    } finally {
      network.ifPresent(NetworkFaults::close);
    }
    judge(verdict, Faults.missing(support));
  }

  /** Where the network can be cut, each node in a network namespace of its own. */
  private Cluster cluster(Optional<NetworkFaults> network) {
    ClusterSpec spec = ClusterSpec.of(nodes, 1);
    Path below = folder.resolve("run");
    if (network.isEmpty()) {
      return Cluster.prepare(Distribution.built(), below, spec);
    }
    NetworkFaults cuts = network.orElseThrow();
    return Cluster.prepare(
        Distribution.built(),
        below,
        spec,
        IntStream.range(0, nodes).mapToObj(cuts::host).toList(),
        IntStream.range(0, nodes).mapToObj(cuts::wrap).toList());
  }

  private void judge(Verdict verdict, List<String> missing) {
    Path report = Path.of(System.getProperty("report", folder.toString()));
    Path page = ChaosReport.write(verdict, command, missing, report);
    System.out.println("Report: " + page);
    assertThat(verdict.violations()).as(() -> verdict.text(command)).isEmpty();
  }
}
