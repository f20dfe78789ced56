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

/** {@code rekindle bench namespaces}. */
@Command(
    name = "namespaces",
    description = "First and later searches of many namespaces, and what they take of memory.",
    mixinStandardHelpOptions = true)
final class NamespacesCommand implements Callable<Integer> {
  private static final int COLD_MAX = 10_000;
  private static final int QUERIES_MAX = 1_000_000;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private NodeOptions node = new NodeOptions();
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--cold",
      defaultValue = "500",
      description =
          "namespaces of each measurement of first searches, 1 to 10,000 (default:"
              + " ${DEFAULT-VALUE})")
  private int cold = 500;

  @Option(
      names = "--warm",
      defaultValue = "100",
      description =
          "namespaces that are searched in turn, to compare with one alone, 2 to 10,000 (default:"
              + " ${DEFAULT-VALUE})")
  private int warm = 100;

  @Option(
      names = "--queries",
      defaultValue = "4000",
      description = "of one namespace, and of those in turn, 2 to 1,000,000 (default: 4000)")
  private int queries = 4_000;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    Limits.check(own, "--cold", cold, 1, COLD_MAX);
    Limits.check(own, "--warm", warm, 2, COLD_MAX);
    Limits.check(own, "--queries", queries, 2, QUERIES_MAX);
    DataSet set = data.dataSet();
    NamespacesBench.Plan plan = new NamespacesBench.Plan(set, cold, warm, queries);
    if (set.namespaces() < plan.namespacesMin()) {
      throw Limits.refusal(
          own,
          "--namespaces is at least twice --cold, and --warm, and one: %,d, not %,d"
              .formatted(plan.namespacesMin(), set.namespaces()));
    }
    // The index keeps its default: what does not fit there is to be seen leaving.
    try (BenchNode running = node.start(NodeSizing.of(set).pages(List.of()))) {
      BenchReport report = reports.begin(running.durability());
      new NamespacesBench(running, plan, report).run();
      reports.end(report);
    }
    return ExitCodes.OK;
  }
}
