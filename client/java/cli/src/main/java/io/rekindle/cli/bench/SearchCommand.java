package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle bench search}. */
@Command(
    name = "search",
    description = "Searches and reads by id, against exact answers.",
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {
  private static final int QUERIES_MAX = 1_000_000;
  private static final int THREADS_MAX = 128;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--queries",
      defaultValue = "2000",
      description = "of each measurement, 1 to 1,000,000 (default: ${DEFAULT-VALUE})")
  private int queries = 2_000;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "that ask at the same time, 1 to 128 (default: ${DEFAULT-VALUE})")
  private int threads = 1;

  @Option(
      names = "--recall",
      split = ",",
      defaultValue = "1",
      description = "0.5 to 1, where 1 is exact; several are measured one after the other")
  private List<Double> recallTargets = List.of(1.0);

  @Option(
      names = "--filters",
      split = ",",
      paramLabel = "SHARE",
      description =
          "what filters let through, above 0 and below 1, each measured after the search without"
              + " one: 0.5, 0.1, 0.01 and 0.001 by a tag, others by importance")
  private List<Double> filters = List.of();

  @Option(
      names = "--mode",
      defaultValue = "meaning",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); recall is of meaning")
  private Queries.Mode mode = Queries.Mode.MEANING;

  @Override
  public Integer call() throws InterruptedException {
    SearchBench.Plan plan = plan();
    try (BenchNode running = node.start(plan.data(), List.of());
        RekindleClient client = running.connect()) {
      BenchReport report = reports.begin(running.durability());
      new SearchBench(running, client, plan, node.settings(), report).run();
      reports.end(report);
    }
    return ExitCodes.OK;
  }

  private SearchBench.Plan plan() {
    CommandSpec own = requireNonNull(spec);
    Limits.check(own, "--queries", queries, 1, QUERIES_MAX);
    Limits.check(own, "--threads", threads, 1, THREADS_MAX);
    recallTargets.forEach(target -> Limits.check(own, "--recall", target, 0.5, 1));
    for (double share : filters) {
      if (!(share > 0 && share < 1)) {
        throw Limits.refusal(own, "--filters are above 0 and below 1, not " + share);
      }
    }
    DataSet set = data.dataSet();
    List<Share> shares = filters.stream().map(Share::new).toList();
    return new SearchBench.Plan(set, mode, queries, threads, recallTargets, shares);
  }
}
