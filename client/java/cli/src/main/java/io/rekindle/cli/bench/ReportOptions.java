package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.OutputOption;
import io.rekindle.cli.bench.report.BenchReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What becomes of the figures: printed, and saved when asked. */
final class ReportOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec mixee;

  @Mixin private OutputOption output = new OutputOption();

  @Option(
      names = "--save",
      paramLabel = "FOLDER",
      description = "writes the JSON there too, in a file named by benchmark and time")
  private @Nullable Path save;

  /** Begins the report of this command. */
  BenchReport begin(String durability) {
    CommandSpec spec = requireNonNull(mixee);
    String command =
        "rekindle bench "
            + spec.name()
            + " "
            + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    return new BenchReport(spec.name(), command.strip(), Instant.now(), durability);
  }

  void end(BenchReport report) {
    PrintWriter out = requireNonNull(mixee).commandLine().getOut();
    out.println(output.json() ? report.json() : report.text());
    out.flush();
    if (save != null) {
      System.err.println("saved " + report.save(save));
    }
  }
}
