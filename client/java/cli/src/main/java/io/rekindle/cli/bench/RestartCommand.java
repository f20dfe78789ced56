package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.report.BenchReport;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle bench restart}. */
@Command(
    name = "restart",
    description = "From the end of a node with memories to its next right answer.",
    mixinStandardHelpOptions = true)
final class RestartCommand implements Callable<Integer> {
  private static final int RESTARTS_MAX = 100;
  private static final int QUERIES_MAX = 1_000_000;

  /** A search waits as long as the build takes, else the client's pauses would be measured. */
  private static final String BUILD_WAIT = "rekindle.index.build-wait-max=PT110S";

  /** As if the node had been up for the minutes that it leaves one after otherwise. */
  private static final String SNAPSHOTS = "rekindle.index.snapshot-interval=PT5S";

  @Spec private @Nullable CommandSpec spec;
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--end",
      defaultValue = "kill",
      description =
          "how the node ends, ${COMPLETION-CANDIDATES}: kill is kill -9, stop a clean one")
  private RestartBench.End end = RestartBench.End.kill;

  @Option(
      names = "--restarts",
      defaultValue = "3",
      description = "1 to 100 (default: ${DEFAULT-VALUE})")
  private int restarts = 3;

  @Option(
      names = "--queries",
      defaultValue = "500",
      description = "after each restart, 1 to 1,000,000 (default: ${DEFAULT-VALUE})")
  private int queries = 500;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    Limits.check(own, "--restarts", restarts, 1, RESTARTS_MAX);
    Limits.check(own, "--queries", queries, 1, QUERIES_MAX);
    DataSet set = data.dataSet();
    try (BenchNode running = node.start(set, List.of(BUILD_WAIT, SNAPSHOTS))) {
      BenchReport report = reports.begin(running.durability());
      RestartBench.Plan plan = new RestartBench.Plan(end, restarts, queries);
      new RestartBench(running, set, plan, report).run();
      reports.end(report);
    }
    return ExitCodes.OK;
  }
}
