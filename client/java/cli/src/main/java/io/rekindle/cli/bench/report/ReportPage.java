package io.rekindle.cli.bench.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Saved results as a page of Markdown tables, with the plot where there is something to plot. */
public final class ReportPage {
  private static final String PAGE = "results.md";
  private static final String PLOT = "recall-latency.svg";

  private ReportPage() {}

  /**
   * Reads all results of a folder, and writes page and plot into another one, over older ones.
   *
   * @return the page
   */
  public static Path write(Path from, Path to) {
    List<SavedRun> runs = SavedRun.readAll(from);
    List<RecallPlot.Series> series = RecallPlot.series(runs);
    try {
      Files.createDirectories(to);
      if (!series.isEmpty()) {
        Files.writeString(to.resolve(PLOT), RecallPlot.svg(series));
      }
      return Files.writeString(to.resolve(PAGE), markdown(runs, !series.isEmpty()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String markdown(List<SavedRun> runs, boolean plotted) {
    StringBuilder page = new StringBuilder("# Results\n\n");
    page.append("Made by `bench report` of what `--save` wrote.\n");
    if (plotted) {
      page.append("\n![Recall against latency, for each size](").append(PLOT).append(")\n");
    }
    runs.forEach(run -> append(page, run));
    return page.toString();
  }

  private static void append(StringBuilder page, SavedRun run) {
    page.append("\n## %s, %s\n\n".formatted(run.benchmark(), run.startedAt()))
        .append("`%s`\n\n".formatted(run.command().replace("`", "'")))
        .append(
            "%s; %s; durability `%s`.\n\n"
                .formatted(run.machine(), run.versions(), run.durability()))
        .append("| what | recall@10 | p50 ms | p95 | p99 | per second | node's CPU, µs |")
        .append(" operating point |\n|---|---|---|---|---|---|---|---|\n");
    for (SavedRun.Line line : run.lines()) {
      page.append(
          "| %s | %s | %s | %s | %s | %s | %s | %s |\n"
              .formatted(
                  cell(line.name()),
                  optional("%.4f", line.recallAt10()),
                  millis(line.p50Millis()),
                  millis(line.p95Millis()),
                  millis(line.p99Millis()),
                  String.format(Locale.ROOT, "%,.0f", line.perSecond()),
                  optional("%,.0f", line.nodeCpuMicros()),
                  cell(point(line.operatingPoint()))));
    }
  }

  private static String point(Map<String, String> point) {
    return point.entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /** Three digits that count. */
  static String millis(double millis) {
    String form = millis >= 100 ? "%,.0f" : millis >= 10 ? "%.1f" : millis >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, form, millis);
  }

  private static String optional(String form, @Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, form, value);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
