package io.rekindle.chaos.scenario.regression;

import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.cluster.Distribution;
import io.rekindle.chaos.scenario.ChaosRun;
import io.rekindle.chaos.scenario.Verdict;
import io.rekindle.chaos.traffic.Mix;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A short run with a course of its own.
 *
 * @param course what happens while the traffic flows, and after it
 */
public record Regression(String name, Mix mix, Consumer<ChaosRun> course) {

  /**
   * Runs it over new nodes.
   *
   * @param below a folder that is empty or not there; the history stays in it
   */
  public Verdict run(long seed, ClusterSpec spec, Path below) {
    try (Cluster cluster = Cluster.prepare(Distribution.built(), below, spec);
        ChaosRun run = new ChaosRun(seed, mix, cluster)) {
      try {
        course.accept(run);
        return run.judge();
      } finally {
        run.leaveHistory(below.resolve("history.txt"));
      }
    }
  }
}
