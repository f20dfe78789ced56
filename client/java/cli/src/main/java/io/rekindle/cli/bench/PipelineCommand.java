package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
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

/** {@code rekindle bench pipeline}. */
@Command(
    name = "pipeline",
    description = "From the store of a text until it is found by meaning, at given rates.",
    mixinStandardHelpOptions = true)
final class PipelineCommand implements Callable<Integer> {
  static final double RATE_MIN = 0.1;
  static final double RATE_MAX = 10_000;
  static final int SECONDS_MAX = 3_600;
  private static final int PAUSE_MAX = 1_000;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--rates",
      split = ",",
      defaultValue = "5,20,50,100",
      description =
          "stores per second, 0.1 to 10,000, one after the other until a backlog grows (default:"
              + " ${DEFAULT-VALUE})")
  private List<Double> rates = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "30",
      description = "of each rate, 1 to 3,600 (default: ${DEFAULT-VALUE})")
  private int seconds = 30;

  @Option(
      names = "--warm-up-seconds",
      defaultValue = "15",
      description = "at the first rate, 0 to 3,600 (default: ${DEFAULT-VALUE})")
  private int warmUpSeconds = 15;

  @Option(
      names = "--look-every-millis",
      defaultValue = "5",
      description =
          "the pause between two looks at what waits, 1 to 1,000: figures are at most that and one"
              + " list too high (default: ${DEFAULT-VALUE})")
  private int pauseMillis = 5;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    rates.forEach(rate -> Limits.check(own, "--rates", rate, RATE_MIN, RATE_MAX));
    Limits.check(own, "--seconds", seconds, 1, SECONDS_MAX);
    Limits.check(own, "--warm-up-seconds", warmUpSeconds, 0, SECONDS_MAX);
    Limits.check(own, "--look-every-millis", pauseMillis, 1, PAUSE_MAX);
    try (BenchNode running = node.start(List.of());
        RekindleClient client = running.connect()) {
      BenchReport report = reports.begin(running.durability());
      PipelineBench.Plan plan = new PipelineBench.Plan(rates, seconds, warmUpSeconds, pauseMillis);
      new PipelineBench(running, client, plan, report).run();
      reports.end(report);
    }
    return ExitCodes.OK;
  }
}
