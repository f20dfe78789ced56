package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.OutputOption;
import io.rekindle.cli.bench.report.BenchReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What becomes of the figures: printed, and saved when asked. */
final class ReportOptions {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

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
        spec.commandLine().getParseResult().originalArgs().stream()
            .map(ReportOptions::quoted)
            .collect(Collectors.joining(" ", "rekindle ", ""));
    return new BenchReport(spec.name(), command, Instant.now(), durability);
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
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
