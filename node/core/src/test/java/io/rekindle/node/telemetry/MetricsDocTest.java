package io.rekindle.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.telemetry.NodeMeters.Count;
import io.rekindle.node.telemetry.NodeMeters.Level;
import io.rekindle.node.telemetry.NodeMeters.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The page of the documentation and `/metrics` name the same. */
class MetricsDocTest {
  private static final Path PAGE = Path.of("../../docs/operations.md");

  @Test
  void theTableOfMetricsIsWhatIsScraped() throws IOException {
    Set<String> scraped = new TreeSet<>();
    try (NodeMeters meters = new NodeMeters()) {
      for (Stage stage : Stage.values()) {
        meters.stage(stage, Duration.ofMillis(1));
      }
      for (Count count : Count.values()) {
        meters.count(count, 1);
      }
      for (Level level : Level.values()) {
        meters.level(level, () -> 1);
      }
      meters.request("memory.search", "grpc", "OK", Duration.ofMillis(1));
      meters.nodeCall("store");
      meters
          .scrape()
          .lines()
          .filter(line -> line.startsWith("# TYPE "))
          // Beside a histogram there is a gauge of its maximum.
          .filter(line -> !line.contains("_seconds_max "))
          .forEach(line -> scraped.add(line.split(" ", 4)[2]));
    }
    assertThat(scraped).hasSizeGreaterThan(30);
    Set<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| `rekindle_")) {
        documented.add(line.substring(3, line.indexOf('`', 3)));
      }
    }
    assertThat(documented).isEqualTo(scraped);
  }
}
