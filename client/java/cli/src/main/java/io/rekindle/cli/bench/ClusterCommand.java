package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.report.BenchReport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle bench cluster}. */
@Command(
    name = "cluster",
    description =
        "Clusters on this machine: what stores and searches cost between nodes, and the time"
            + " around a kill -9.",
    mixinStandardHelpOptions = true)
final class ClusterCommand implements Callable<Integer> {
  private static final int NODES_MAX = 7;
  private static final int OPERATIONS_MAX = 1_000_000;
  private static final int RATE_MAX = 1_000;
  private static final int SECONDS_MAX = 600;
  private static final int IDLE_MAX = 600;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--nodes",
      split = ",",
      defaultValue = "1,3,5",
      description = "clusters of so many nodes, one after the other (default: ${DEFAULT-VALUE})")
  private List<Integer> nodes = List.of(1, 3, 5);

  @Option(
      names = "--operations",
      defaultValue = "1000",
      description =
          "stores, and searches, whose messages are counted, 1 to 1,000,000"
              + " (default: ${DEFAULT-VALUE})")
  private int operations = 1_000;

  @Option(
      names = "--rate",
      defaultValue = "20",
      description =
          "stores a second, and searches a second, around a kill; 1 to 1,000"
              + " (default: ${DEFAULT-VALUE})")
  private int rate = 20;

  @Option(
      names = "--seconds",
      defaultValue = "15",
      description =
          "before the kill, until the node is started again, and after all copies are there; 1 to"
              + " 600, or 0 to kill none (default: ${DEFAULT-VALUE})")
  private int seconds = 15;

  @Option(
      names = "--idle",
      defaultValue = "15",
      description =
          "seconds before and after the operations whose messages are counted, in which nobody"
              + " asks; 1 to 600 (default: ${DEFAULT-VALUE})")
  private int idle = 15;

  @Option(
      names = "--bench-folder",
      defaultValue = "rekindle-bench",
      description = "where folders are that are removed (default: ${DEFAULT-VALUE})")
  private Path benchFolder = Path.of("rekindle-bench");

  @Option(
      names = "--plot",
      paramLabel = "FOLDER",
      description = "writes the time around each kill there, as cluster-of-N.svg")
  private @Nullable Path plot;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    nodes.forEach(count -> Limits.check(own, "--nodes", count, 1, NODES_MAX));
    Limits.check(own, "--operations", operations, 1, OPERATIONS_MAX);
    Limits.check(own, "--rate", rate, 1, RATE_MAX);
    Limits.check(own, "--seconds", seconds, 0, SECONDS_MAX);
    Limits.check(own, "--idle", idle, 1, IDLE_MAX);
    DataSet set = data.dataSet();
    BenchReport report = reports.begin("process");
    ClusterBench.Plan plan = new ClusterBench.Plan(operations, rate, seconds, idle);
    for (int count : nodes) {
      new ClusterBench(benchFolder, count, set, plan, plot, report).run();
    }
    reports.end(report);
    return ExitCodes.OK;
  }
}
