package io.rekindle.chaos.report;

import io.rekindle.chaos.checker.Checker;
import io.rekindle.chaos.checker.Checkers;
import io.rekindle.chaos.checker.Violation;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.scenario.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A run as a page of Markdown, with a plot of the recoveries. */
public final class ChaosReport {
  private static final String PAGE = "report.md";
  private static final String PLOT = "recovery.svg";
  private static final int SHOWN_MAX = 20;

  private final Verdict verdict;
  private final List<Recovery> recoveries;

  private ChaosReport(Verdict verdict) {
    this.verdict = verdict;
    this.recoveries = Recovery.of(verdict.history(), verdict.events(), verdict.begunNanos());
  }

  /**
   * Writes both into a folder, over older ones.
   *
   * @param command what repeats the run
   * @param missing which faults did not strike, and why
   * @return the page
   */
  public static Path write(Verdict verdict, String command, List<String> missing, Path folder) {
    ChaosReport report = new ChaosReport(verdict);
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve(PLOT), RecoveryPlot.svg(report.recoveries));
      return Files.writeString(folder.resolve(PAGE), report.page(command, missing));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String page(String command, List<String> missing) {
    StringBuilder page = new StringBuilder("# A run of the chaos tests\n\n");
    page.append(
        "Seed %d, %d node%s:%n%n    %s%n%n"
            .formatted(verdict.seed(), verdict.nodes(), verdict.nodes() == 1 ? "" : "s", command));
    page.append(
        "%,d faults, %,d operations asked meanwhile, %,d violations.%n%n"
            .formatted(verdict.events().size(), traffic().size(), verdict.violations().size()));
    page.append("![Time to the first acknowledged write after a fault](")
        .append(PLOT)
        .append(")\n");
    operations(page);
    faults(page);
    promises(page);
    page.append("\n## What did not strike\n\n");
    missing.forEach(it -> page.append("- ").append(it).append('\n'));
    return page.toString();
  }

  private List<Operation> traffic() {
    return verdict.history().stream().filter(it -> it.request().phase() == Phase.TRAFFIC).toList();
  }

  private void operations(StringBuilder page) {
    page.append(
        "\n## Operations under faults\n\n| operation | acknowledged | refused | unknown |\n");
    page.append("|---|---|---|---|\n");
    for (Kind kind : Kind.values()) {
      Map<Outcome, Long> counts =
          traffic().stream()
              .filter(it -> it.kind() == kind)
              .collect(Collectors.groupingBy(Operation::outcome, Collectors.counting()));
      page.append(
          "| %s | %,d | %,d | %,d |\n"
              .formatted(
                  kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                  counts.getOrDefault(Outcome.OK, 0L),
                  counts.getOrDefault(Outcome.FAILED, 0L),
                  counts.getOrDefault(Outcome.UNKNOWN, 0L)));
    }
  }

  private void faults(StringBuilder page) {
    page.append("\n## Faults\n\nSeconds: the longest time without an acknowledged write of any");
    page.append(
        " client, and from the moment that the fault was taken away until the next one.\n\n");
    page.append(
        "| fault | times | gap, median | gap, worst | recovery, median | recovery, worst |\n");
    page.append("|---|---|---|---|---|---|\n");
    Map<String, List<Recovery>> byFault =
        recoveries.stream()
            .collect(Collectors.groupingBy(Recovery::fault, TreeMap::new, Collectors.toList()));
    byFault.forEach(
        (fault, all) -> {
          List<Double> gaps = all.stream().map(Recovery::gapSeconds).sorted().toList();
          List<Double> after = all.stream().map(Recovery::recoverySeconds).sorted().toList();
          page.append(
              "| %s | %d | %s | %s | %s | %s |\n"
                  .formatted(
                      fault,
                      all.size(),
                      median(gaps),
                      seconds(gaps.getLast()),
                      median(after),
                      seconds(after.getLast())));
        });
  }

  private void promises(StringBuilder page) {
    Map<String, Long> broken =
        verdict.violations().stream()
            .collect(Collectors.groupingBy(Violation::checker, Collectors.counting()));
    page.append("\n## Promises\n\n| checker | violations |\n|---|---|\n");
    for (Checker checker : Checkers.all()) {
      page.append(
          "| %s | %,d |\n".formatted(checker.name(), broken.getOrDefault(checker.name(), 0L)));
    }
    page.append(
        "\nThe last read: %,d reads of what the traffic left.\n"
            .formatted(verdict.history().lastReads().count()));
    verdict.violations().stream()
        .limit(SHOWN_MAX)
        .forEach(it -> page.append("\n    ").append(it).append('\n'));
  }

  private static String median(List<Double> sorted) {
    return seconds(sorted.get(sorted.size() / 2));
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
