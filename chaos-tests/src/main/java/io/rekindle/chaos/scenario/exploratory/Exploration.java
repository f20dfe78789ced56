package io.rekindle.chaos.scenario.exploratory;

import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.fault.Fault;
import io.rekindle.chaos.scenario.ChaosRun;
import io.rekindle.chaos.scenario.Verdict;
import io.rekindle.chaos.traffic.Mix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Faults of every kind, in an order that the seed decides, until the time ends. */
public final class Exploration {
  private static final int FLOW_MILLIS_MIN = 500;
  private static final int FLOW_MILLIS_MAX = 8_000;

  private Exploration() {}

  /**
   * Runs over new nodes.
   *
   * @param length of the traffic; the verdict takes time of its own
   * @param below where the folders of the nodes are made
   * @param history where the history goes
   */
  public static Verdict run(
      long seed, ClusterSpec spec, List<Fault> faults, Duration length, Path below, Path history) {
    long end = System.nanoTime() + length.toNanos();
    Cluster cluster = Cluster.prepare(Distribution.built(), below, spec);
    try (ChaosRun run = new ChaosRun(seed, Mix.EVERYTHING, cluster)) {
      while (System.nanoTime() < end) {
        run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
        run.strike(faults.get(run.random().nextInt(faults.size())));
      }
      run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
      run.quiet();
      Verdict verdict = run.judge();
      run.leaveHistory(history);
      return verdict;
    }
  }
}
