package io.rekindle.node.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class DiagnosticsTest {
  private static final Logger LOG = LoggerFactory.getLogger(DiagnosticsTest.class);

  @TempDir Path folder;

  @Test
  void anEventIsOneLineOfJsonWithItsKeysAndValues() throws Exception {
    try (Diagnostics diagnostics = Diagnostics.begin(folder)) {
      assertThat(diagnostics).isNotNull();
      LOG.atInfo().addKeyValue("slices", 3).log("an index was built");
      LOG.atInfo().addKeyValue("two\nlines", "\"quoted\"").log("odd values");
    }
    List<String> lines = lines();
    assertThat(lines).hasSize(2);
    JsonNode first = new ObjectMapper().readTree(lines.getFirst());
    assertThat(first.get("text").asText()).isEqualTo("an index was built");
    assertThat(first.get("level").asText()).isEqualTo("INFO");
    assertThat(first.get("values").get("slices").asText()).isEqualTo("3");
    assertThat(first.get("time").asText()).endsWith("Z");
    JsonNode second = new ObjectMapper().readTree(lines.getLast());
    assertThat(second.get("values").get("two\nlines").asText()).isEqualTo("\"quoted\"");
  }

  @Test
  void theMessageOfAForeignExceptionIsLeftOutBecauseItMayQuoteContent() throws Exception {
    Exception foreign = new IllegalStateException("unexpected token near 'canary-content'");
    RekindleException ours =
        new RekindleException(
            ErrorCode.INTERNAL, "a row can't be read", Map.of("partition", "7"), foreign);
    try (Diagnostics diagnostics = Diagnostics.begin(folder)) {
      assertThat(diagnostics).isNotNull();
      LOG.atWarn().setCause(ours).log("a request failed");
    }
    JsonNode errors = new ObjectMapper().readTree(lines().getFirst()).get("errors");
    assertThat(errors.get(0).get("code").asText()).isEqualTo("INTERNAL");
    assertThat(errors.get(0).get("text").asText()).contains("a row can't be read", "7");
    assertThat(errors.get(1).get("class").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(errors.get(1).get("frames").get(0).asText()).contains("DiagnosticsTest");
    assertThat(lines().getFirst()).doesNotContain("canary");
  }

  @Test
  void librariesThatUseTheLoggingOfTheJdkAreHeardFromWarningsOn() throws Exception {
    java.util.logging.Logger library = java.util.logging.Logger.getLogger("some.library");
    try (Diagnostics diagnostics = Diagnostics.begin(folder)) {
      assertThat(diagnostics).isNotNull();
      library.info("a vector module is in use");
      library.warning("a connection broke");
    }
    library.warning("afterwards");
    assertThat(lines()).singleElement().asString().contains("a connection broke");
  }

  @Test
  void nothingIsWrittenAfterTheEnd() throws Exception {
    Diagnostics.begin(folder).close();
    LOG.atWarn().log("afterwards");
    assertThat(lines()).isEmpty();
  }

  private List<String> lines() throws Exception {
    return Files.readAllLines(folder.resolve("diagnostics").resolve("rekindle.jsonl"));
  }
}
