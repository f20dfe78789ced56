package io.rekindle.chaos.scenario.exploratory;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.fault.Faults;
import io.rekindle.chaos.fault.NetworkFaults;
import io.rekindle.chaos.fault.SmallDisk;
import io.rekindle.chaos.report.ChaosReport;
import io.rekindle.chaos.scenario.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * {@code -Dminutes=30} is how long; {@code -Dseed=N} repeats a run, as far as the operating system
 * lets it; {@code -Dreport=folder} is where the report goes.
 */
class ExplorationIT {
  /** Room for what half an hour of traffic leaves. */
  private static final int DISK_MEGABYTES = 768;

  @Test
  void keepsEveryPromiseUntilTheTimeEnds() {
    long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
    int minutes = Integer.getInteger("chaos.minutes", 10);
    Path folder =
        Path.of(System.getProperty("chaos.folder"), "exploration-" + seed).toAbsolutePath();
    Path report = Path.of(System.getProperty("report", folder.toString()));
    String command =
        "mvn -B verify -pl chaos-tests -am -Pexploratory -Dminutes=%d -Dseed=%d"
            .formatted(minutes, seed);
    System.out.println("Running for %d minutes; repeat with: %s".formatted(minutes, command));

    Optional<SmallDisk> disk = SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES);
    Verdict verdict;
    try {
      verdict =
          Exploration.run(
              seed,
              ClusterSpec.of(1, 0),
              Faults.under(disk),
              Duration.ofMinutes(minutes),
              disk.map(SmallDisk::folder).orElse(folder).resolve("run"),
              folder);
    } finally {
      disk.ifPresent(SmallDisk::close);
    }

    Path page =
        ChaosReport.write(verdict, command, Faults.missing(disk, NetworkFaults.support()), report);
    System.out.println("Report: " + page);
    assertThat(verdict.violations()).as(() -> verdict.text(command)).isEmpty();
  }
}
