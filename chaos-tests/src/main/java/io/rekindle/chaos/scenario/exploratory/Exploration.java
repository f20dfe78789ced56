package io.rekindle.chaos.scenario.exploratory;

import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.NotWholeException;
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
   * Runs over new nodes, which it ends.
   *
   * @param length of the traffic; the verdict takes time of its own
   * @param kept where the history and the nodes' logs stay
   */
  public static Verdict run(
      long seed, Cluster cluster, List<Fault> faults, Duration length, Path kept) {
    long end = System.nanoTime() + length.toNanos();
    try (cluster;
        ChaosRun run = new ChaosRun(seed, Mix.EVERYTHING, cluster)) {
      try {
        while (System.nanoTime() < end) {
          run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
          run.strike(faults.get(run.random().nextInt(faults.size())));
        }
        run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
        run.quiet();
        return run.judge();
      } catch (NotWholeException e) {
        return run.giveUp(e);
      } finally {
        run.leaveHistory(kept.resolve("history.txt"));
        cluster.leaveLogs(kept);
      }
    }
  }
}
