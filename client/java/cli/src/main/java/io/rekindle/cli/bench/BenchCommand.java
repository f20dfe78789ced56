package io.rekindle.cli.bench;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.OutputOption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle bench start|store|search}. */
@Command(
    name = "bench",
    description = "Measure a fresh node on this machine.",
    mixinStandardHelpOptions = true)
public final class BenchCommand {
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
      @Mixin OutputOption output,
      @Option(names = "--starts", defaultValue = "5", description = "of each kind") int starts,
      @Option(names = "--bench-folder", defaultValue = "rekindle-bench") Path folder)
      throws InterruptedException {
    BenchReport report = new BenchReport("process");
    new StartBench(folder, starts, report).run();
    print(output, report);
    return ExitCodes.OK;
  }

  @Command(
      description = "Stores of one memory with its vector: one, 8 and 64 writers.",
      mixinStandardHelpOptions = true)
  int store(
      @Mixin OutputOption output,
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
    List<String> levels =
        durability == Level.both ? List.of("process", "power") : List.of(durability.name());
    BenchReport report = new BenchReport(durability.name());
    for (String level : levels) {
      try (BenchNode node = BenchNode.start(folder, level)) {
        new StoreBench(node, level, warmUpSeconds, seconds, report).run();
      }
    }
    print(output, report);
    return ExitCodes.OK;
  }

  @Command(
      description = "Searches and reads by id over memories with clustered vectors.",
      mixinStandardHelpOptions = true)
  int search(
      @Mixin OutputOption output,
      @Option(names = "--memories", defaultValue = "10000") int memories,
      @Option(names = "--dimensions", defaultValue = "384") int dimensions,
      @Option(names = "--queries", defaultValue = "2000") int queries,
      @Option(
              names = "--recall",
              split = ",",
              defaultValue = "1",
              description = "0.5 to 1, where 1 is exact; several are measured one after the other")
          List<Double> recallTargets,
      @Option(names = "--bench-folder", defaultValue = "rekindle-bench") Path folder) {
    BenchReport report = new BenchReport("process");
    try (BenchNode node = BenchNode.start(folder, "process")) {
      new SearchBench(node, memories, dimensions, queries, recallTargets, report).run();
    }
    print(output, report);
    return ExitCodes.OK;
  }

  private void print(OutputOption output, BenchReport report) {
    if (spec == null) {
      throw new IllegalStateException("a command is run by its command line");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(output.json() ? report.json() : report.text());
    out.flush();
  }
}
