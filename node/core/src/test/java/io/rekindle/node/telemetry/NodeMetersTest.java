package io.rekindle.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.telemetry.NodeMeters.Count;
import io.rekindle.node.telemetry.NodeMeters.Level;
import io.rekindle.node.telemetry.NodeMeters.Stage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NodeMetersTest {
  @Test
  void everythingRecordedIsScraped() {
    try (NodeMeters meters = new NodeMeters()) {
      meters.request("memory.store", "grpc", "OK", Duration.ofMillis(2));
      meters.request("memory.store", "grpc", "OK", Duration.ofMillis(3));
      meters.request("memory.get", "grpc", "PERMISSION_DENIED", Duration.ofMillis(1));
      meters.stage(Stage.SEARCH_INDEX, Duration.ofNanos(180_000));
      meters.count(Count.MEMORIES_EMBEDDED, 32);
      meters.level(Level.EMBEDDING_QUEUE, () -> 5);
      String text = meters.scrape();
      assertThat(text)
          .containsPattern(
              "rekindle_requests_seconds_count\\{action=\"memory.store\",code=\"OK\",transport=\"grpc\"}"
                  + " 2")
          .contains("code=\"PERMISSION_DENIED\"")
          .contains("rekindle_stages_seconds_count{stage=\"search.index\"} 1")
          .contains("rekindle_memories_embedded_total 32.0")
          .contains("rekindle_embedding_queue 5.0");
    }
  }

  @Test
  void aLevelCanBeGivenAnotherSourceAsWhenTheEngineStartsAnew() {
    try (NodeMeters meters = new NodeMeters()) {
      meters.level(Level.INDEX_BYTES, () -> 1);
      meters.level(Level.INDEX_BYTES, () -> 2);
      assertThat(meters.scrape()).contains("rekindle_index_bytes 2.0").doesNotContain("bytes 1.0");
    }
  }

  @Test
  void levelsOfAStoppedEngineAreForgotten() {
    try (NodeMeters meters = new NodeMeters()) {
      meters.level(Level.INDEX_BYTES, () -> 1);
      meters.forgetLevels();
      assertThat(meters.scrape()).doesNotContain("rekindle_index_bytes");
      meters.level(Level.INDEX_BYTES, () -> 2);
      assertThat(meters.scrape()).contains("rekindle_index_bytes 2.0");
    }
  }

  @Test
  void noMeterHasALabelOfATenant() {
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
      assertThat(meters.scrape().lines().filter(line -> !line.startsWith("#")))
          .allMatch(
              line ->
                  line.matches(
                      "[a-z_]+(\\{((action|code|transport|stage|le)=\"[^\"]*\",?)*})? .*"));
    }
  }
}
