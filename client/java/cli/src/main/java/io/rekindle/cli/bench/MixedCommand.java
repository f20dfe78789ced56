package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.bench.data.DataSet;
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

/** {@code rekindle bench mixed}. */
@Command(
    name = "mixed",
    description = "Searches alone, and beside stores, updates and deletes, at given rates.",
    mixinStandardHelpOptions = true)
final class MixedCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--search-rate",
      defaultValue = "50",
      description = "a second, 0.1 to 10,000 (default: ${DEFAULT-VALUE})")
  private double searchRate = 50;

  @Option(
      names = "--store-rate",
      defaultValue = "20",
      description = "a second, 0 to 10,000 (default: ${DEFAULT-VALUE})")
  private double storeRate = 20;

  @Option(
      names = "--update-rate",
      defaultValue = "5",
      description = "a second, 0 to 10,000 (default: ${DEFAULT-VALUE})")
  private double updateRate = 5;

  @Option(
      names = "--delete-rate",
      defaultValue = "5",
      description = "a second, 0 to 10,000 (default: ${DEFAULT-VALUE})")
  private double deleteRate = 5;

  @Option(
      names = "--recall",
      defaultValue = "0.98",
      description = "0.5 to 1, where 1 is exact (default: ${DEFAULT-VALUE})")
  private double recallTarget = 0.98;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      description = "alone, and again beside writes, 1 to 3,600 (default: ${DEFAULT-VALUE})")
  private int seconds = 30;

  @Option(
      names = "--warm-up-seconds",
      defaultValue = "20",
      description = "of searches, 0 to 3,600 (default: ${DEFAULT-VALUE})")
  private int warmUpSeconds = 20;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    double max = PipelineCommand.RATE_MAX;
    Limits.check(own, "--search-rate", searchRate, PipelineCommand.RATE_MIN, max);
    Limits.check(own, "--store-rate", storeRate, 0, max);
    Limits.check(own, "--update-rate", updateRate, 0, max);
    Limits.check(own, "--delete-rate", deleteRate, 0, max);
    Limits.check(own, "--recall", recallTarget, 0.5, 1);
    Limits.check(own, "--seconds", seconds, 1, PipelineCommand.SECONDS_MAX);
    Limits.check(own, "--warm-up-seconds", warmUpSeconds, 0, PipelineCommand.SECONDS_MAX);
    DataSet set = data.dataSet();
    if (set.namespaces() > 1) {
      throw Limits.refusal(own, "mixed writes where it searches: --namespaces is 1");
    }
    MixedBench.Rates rates = new MixedBench.Rates(searchRate, storeRate, updateRate, deleteRate);
    try (BenchNode running = node.start(set, List.of());
        RekindleClient client = running.connect()) {
      BenchReport report = reports.begin(running.durability());
      MixedBench.Plan plan = new MixedBench.Plan(rates, seconds, warmUpSeconds, recallTarget);
      new MixedBench(running, client, set, plan, node.settings(), report).run();
      reports.end(report);
    }
    return ExitCodes.OK;
  }
}
