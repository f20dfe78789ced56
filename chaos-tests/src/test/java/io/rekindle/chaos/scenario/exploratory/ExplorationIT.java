package io.rekindle.chaos.scenario.exploratory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.fault.Fault;
import io.rekindle.chaos.fault.Faults;
import io.rekindle.chaos.fault.InterposedCalls;
import io.rekindle.chaos.fault.NetworkFaults;
import io.rekindle.chaos.fault.SmallDisk;
import io.rekindle.chaos.report.ChaosReport;
import io.rekindle.chaos.scenario.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dminutes=30} is how long; {@code -Dnodes=3} how many nodes; {@code -Dseed=N} repeats a
 * run, as far as the operating system lets it; {@code -Dreport=folder} is where the report goes;
 * {@code -Dfaults="kill;network cut"} has only faults strike whose names begin so.
 */
class ExplorationIT {
  /** Room for what half an hour of traffic leaves. */
  private static final int DISK_MEGABYTES = 768;

  private final long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
  private final int minutes = Integer.getInteger("chaos.minutes", 10);
  private final int nodes = Integer.getInteger("chaos.nodes", 1);
  private final Path folder =
      Path.of(System.getProperty("chaos.folder"), "exploration-" + seed).toAbsolutePath();
  private final String chosen = System.getProperty("faults", "");
  private final String command =
      "mvn -B verify -pl chaos-tests -am -Pexploratory -Dnodes=%d -Dminutes=%d -Dseed=%d%s"
          .formatted(nodes, minutes, seed, chosen.isEmpty() ? "" : " -Dfaults=\"" + chosen + "\"");
  private final InterposedCalls.Support callsSupport = InterposedCalls.support();
  private final Optional<InterposedCalls> calls =
      callsSupport.supported()
          ? Optional.of(InterposedCalls.compile(folder.resolve("calls"), nodes))
          : Optional.empty();

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
      Cluster cluster = cluster(ClusterSpec.of(1, 0), below, Optional.empty());
      List<Fault> faults = Faults.named(chosen, Faults.under(disk, calls));
      verdict = Exploration.run(seed, cluster, faults, Duration.ofMinutes(minutes), folder);
    } finally {
      disk.ifPresent(SmallDisk::close);
    }
    judge(verdict, Faults.missing(disk, callsSupport));
  }

  private void several() {
    NetworkFaults.Support support = NetworkFaults.support();
    Optional<NetworkFaults> network =
        support.supported() ? Optional.of(NetworkFaults.open(nodes)) : Optional.empty();
    Verdict verdict;
    try {
      Cluster cluster = cluster(ClusterSpec.of(nodes, 1), folder.resolve("run"), network);
      List<Fault> faults = Faults.named(chosen, Faults.amongOthers(network, calls));
      verdict = Exploration.run(seed, cluster, faults, Duration.ofMinutes(minutes), folder);
    } finally {
      network.ifPresent(NetworkFaults::close);
    }
    judge(verdict, Faults.missing(support, callsSupport));
  }

  /** Where the network can be cut, each node in a network namespace of its own. */
  private Cluster cluster(ClusterSpec spec, Path below, Optional<NetworkFaults> network) {
    List<String> hosts = new ArrayList<>();
    List<List<String>> wraps = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      int node = i;
      hosts.add(network.map(it -> it.host(node)).orElse("127.0.0.1"));
      List<String> wrap = new ArrayList<>();
      network.map(it -> it.wrap(node)).ifPresent(wrap::addAll);
      calls.map(it -> it.wrap(node)).ifPresent(wrap::addAll);
      wraps.add(wrap);
    }
    return Cluster.prepare(Distribution.built(), below, spec, hosts, wraps);
  }

  private void judge(Verdict verdict, List<String> missing) {
    Path report = Path.of(System.getProperty("report", folder.toString()));
    Path page = ChaosReport.write(verdict, command, missing, report);
    System.out.println("Report: " + page);
    assertThat(verdict.violations()).as(() -> verdict.text(command)).isEmpty();
  }
}
