package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.cli.bench.report.ReportPage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle bench}: lists the benchmarks, and holds those with few options. */
@Command(
    name = "bench",
    description = "Measure a node on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      SearchCommand.class,
      RestartCommand.class,
      PipelineCommand.class,
      MixedCommand.class,
      NamespacesCommand.class,
      KeysCommand.class,
      ClusterCommand.class
    })
public final class BenchCommand {
  private static final int STARTS_MAX = 1_000;
  private static final int SECONDS_MAX = 3_600;

  @Spec private @Nullable CommandSpec spec;

  /** The durability levels to measure. */
  enum Level {
    process,
    power,
    both
  }

  @Command(
      description = "Starts of a node, and its memory at rest.",
      mixinStandardHelpOptions = true)
  int start(
      @Mixin ReportOptions reports,
      @Option(names = "--starts", defaultValue = "5", description = "of each kind") int starts,
      @Option(names = "--bench-folder", defaultValue = "rekindle-bench") Path folder)
      throws InterruptedException {
    Limits.check(requireNonNull(spec), "--starts", starts, 1, STARTS_MAX);
    BenchReport report = reports.begin("process");
    new StartBench(folder, starts, report).run();
    reports.end(report);
    return ExitCodes.OK;
  }

  @Command(
      description = "Stores of one memory with its vector: one, 8 and 64 writers.",
      mixinStandardHelpOptions = true)
  int store(
      @Mixin ReportOptions reports,
      @Option(names = "--durability", defaultValue = "both") Level durability,
      @Option(names = "--seconds", defaultValue = "5", description = "of each measurement")
          int seconds,
      @Option(
              names = "--warm-up-seconds",
              defaultValue = "30",
              description = "of stores before the first measurement: compilers need them")
          int warmUpSeconds,
      @Option(names = "--bench-folder", defaultValue = "rekindle-bench") Path folder)
      throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    Limits.check(own, "--seconds", seconds, 1, SECONDS_MAX);
    Limits.check(own, "--warm-up-seconds", warmUpSeconds, 0, SECONDS_MAX);
    List<String> levels =
        durability == Level.both ? List.of("process", "power") : List.of(durability.name());
    BenchReport report = reports.begin(durability.name());
    for (String level : levels) {
      try (BenchNode node = BenchNode.start(folder, level)) {
        new StoreBench(node, level, warmUpSeconds, seconds, report).run();
      }
    }
    reports.end(report);
    return ExitCodes.OK;
  }

  @Command(
      description = "Make a page of tables and a plot of what --save wrote.",
      mixinStandardHelpOptions = true)
  int report(
      @Option(names = "--from", required = true, description = "folder of saved results") Path from,
      @Option(
              names = "--to",
              required = true,
              description = "folder for results.md and recall-latency.svg; older ones are replaced")
          Path to) {
    System.err.println("wrote " + ReportPage.write(from, to));
    return ExitCodes.OK;
  }
}
