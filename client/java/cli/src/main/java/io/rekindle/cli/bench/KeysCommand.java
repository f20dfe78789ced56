package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.cli.kms.DemoVault;
import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle bench keys}. */
@Command(
    name = "keys",
    description = "Stores and searches of a tenant with a key of its own, and of one without.",
    mixinStandardHelpOptions = true)
final class KeysCommand implements Callable<Integer> {
  private static final int MEMORIES_MAX = 1_000_000;
  private static final int ROUNDS_MAX = 1_000;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private ReportOptions reports = new ReportOptions();

  @Option(
      names = "--memories",
      defaultValue = "10000",
      description = "of each namespace that is searched, 10 to 1,000,000 (default: 10000)")
  private int memories = 10_000;

  @Option(
      names = "--rounds",
      defaultValue = "10",
      description = "in which each has its turn, 1 to 1,000 (default: ${DEFAULT-VALUE})")
  private int rounds = 10;

  @Option(
      names = "--seconds",
      defaultValue = "2",
      description = "of each turn, 1 to 3,600 (default: ${DEFAULT-VALUE})")
  private int seconds = 2;

  @Option(
      names = "--warm-up-seconds",
      defaultValue = "20",
      description = "of stores, and again of searches, 1 to 3,600 (default: ${DEFAULT-VALUE})")
  private int warmUpSeconds = 20;

  @Option(
      names = "--bench-folder",
      defaultValue = "rekindle-bench",
      description = "where the folders are, which are removed (default: ${DEFAULT-VALUE})")
  private Path folder = Path.of("rekindle-bench");

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = requireNonNull(spec);
    Limits.check(own, "--memories", memories, 10, MEMORIES_MAX);
    Limits.check(own, "--rounds", rounds, 1, ROUNDS_MAX);
    Limits.check(own, "--seconds", seconds, 1, PipelineCommand.SECONDS_MAX);
    Limits.check(own, "--warm-up-seconds", warmUpSeconds, 1, PipelineCommand.SECONDS_MAX);
    KeysBench.Plan plan = new KeysBench.Plan(memories, rounds, seconds, warmUpSeconds);
    Path vaultFolder = folder.resolve(UUID.randomUUID() + ".vault");
    try (DemoVault vault = DemoVault.start(vaultFolder)) {
      vault.command("make", KeysBench.CUSTOMER_KEY);
      List<String> settings = vault.tenantSettings(KeysBench.CUSTOMER_KEY);
      try (BenchNode node = BenchNode.temporary(folder, settings);
          RekindleClient client = node.connect()) {
        BenchReport report = reports.begin(node.durability());
        new KeysBench(client, plan, report).run();
        reports.end(report);
      }
    } finally {
      remove(vaultFolder);
    }
    return ExitCodes.OK;
  }

  private static void remove(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
