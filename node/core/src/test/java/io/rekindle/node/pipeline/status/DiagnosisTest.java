package io.rekindle.node.pipeline.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.NodeReport;
import io.rekindle.node.model.StatusProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong is said, in one line, with a command that there is; and nothing else is. */
class DiagnosisTest {
  private static final Path DOCS = Path.of("../../docs");

  /** A node with which nothing is wrong. */
  private static Map<String, String> well() {
    Map<String, String> facts = new HashMap<>();
    facts.put("nodes_away", "[]");
    facts.put("nodes_without_data", "[]");
    facts.put("start_without", "[]");
    facts.put("majority", "yes");
    facts.put("key_doubt", "");
    facts.put("key_proved_s", "30");
    facts.put("key_grace_s", "3600");
    facts.put("tenant_keys_locked", "[]");
    facts.put("tenant_keys_unproved", "[]");
    facts.put("copies_of_a_cut", "no");
    facts.put("partitions_lost", "0");
    facts.put("partitions_short", "0");
    facts.put("partitions_coming", "0");
    facts.put("partitions_stopped", "0");
    facts.put("clock_difference_ms", "3");
    facts.put("clock_difference_max_ms", "1000");
    facts.put("models_missing", "[]");
    facts.put("embedding_calls_hung", "0");
    facts.put("embedding_nodes", "1");
    facts.put("embedding_oldest_pending_s", "20");
    facts.put("memories_failed", "0");
    facts.put("index_slices_building", "0");
    facts.put("audit_tail_bytes", "1000");
    facts.put("audit_tail_bytes_max", "1000000");
    facts.put("disk_usable_bytes", "5000");
    facts.put("disk_reserve_bytes", "1000");
    return facts;
  }

  private static List<StatusProblem> with(String fact, String value) {
    Map<String, String> facts = well();
    facts.put(fact, value);
    NodeReport self = new NodeReport("n1", facts);
    return Diagnosis.of(self, List.of(self, new NodeReport("n2", well())));
  }

  @Test
  void nothingIsWrongWithNodesThatAreWell() {
    assertThat(with("majority", "yes")).isEmpty();
  }

  /** Each condition alone, and what only just is none. */
  @ParameterizedTest
  @CsvSource({
    "partitions_lost, 4, partitions-lost, '', 0",
    "nodes_away, [n3 since 2026-01-01T00:00:00Z], node-away, n3, []",
    "nodes_without_data, [n4], node-without-data, n4, []",
    "partitions_coming, 7, rebalance, '', 0",
    "partitions_stopped, 7, copies-stopped, n1, 0",
    "partitions_short, 7, copies-missing, '', 0",
    "start_without, [n9], start-without, n1, []",
    "copies_of_a_cut, yes, copies-of-a-cut, n1, no",
    "key_doubt, status 503, key-unproved, n1, ''",
    "tenant_keys_locked, [acme], tenants-locked, n1, []",
    "group_keys_reencrypting, 2, reencryption, n1, 0",
    "tenant_keys_unproved, [acme], tenant-keys-unproved, n1, []",
    "majority, no, no-majority, n1, yes",
    "disk_usable_bytes, 999, disk-reserve, n1, 2000",
    "disk_usable_bytes, 1999, disk-low, n1, 2000",
    "clock_difference_ms, -501, clock, n1, 500",
    "audit_tail_bytes, 250001, audit-tail, n1, 250000",
    "embedding_calls_hung, 1, embedding-hung, n1, 0",
    "embedding_nodes, 0, nobody-embeds, n1, 1",
    "models_missing, [m], model-missing, n1, []",
    "embedding_oldest_pending_s, 901, embedding-behind, n1, 900",
    "memories_failed, 2, memories-failed, n1, 0",
    "index_slices_building, 2, index-building, n1, 0",
  })
  void eachConditionIsOneProblem(String fact, String bad, String code, String nodeId, String good) {
    assertThat(with(fact, bad))
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo(code))
        .satisfies(problem -> assertThat(problem.nodeId()).isEqualTo(nodeId))
        .satisfies(problem -> assertThat(problem.text()).doesNotContain("\n", "%"))
        .satisfies(problem -> assertThat(problem.text()).contains(nodeId));
    assertThat(with(fact, good)).isEmpty();
    assertThat(documentedCodes()).contains(code);
  }

  @Test
  void aNodeThatDidNotAnswerIsSaidSo() {
    NodeReport self = new NodeReport("n1", well());
    assertThat(Diagnosis.of(self, List.of(self, new NodeReport("n2", Map.of()))))
        .singleElement()
        .satisfies(problem -> assertThat(problem.code()).isEqualTo("node-silent"))
        .satisfies(problem -> assertThat(problem.text()).contains("n2", "./rekindle node start"));
    assertThat(documentedCodes()).contains("node-silent");
  }

  @Test
  void whatIsWrongWithAnotherNodeNamesThatOne() {
    Map<String, String> other = well();
    other.put("disk_usable_bytes", "1");
    NodeReport self = new NodeReport("n1", well());
    assertThat(Diagnosis.of(self, List.of(self, new NodeReport("n2", other))))
        .extracting(StatusProblem::nodeId)
        .containsExactly("n2");
  }

  @Test
  void everyCommandIsOneOfTheDocumentation() throws IOException {
    StringBuilder docs = new StringBuilder();
    try (Stream<Path> pages = Files.list(DOCS)) {
      for (Path page : pages.filter(it -> it.toString().endsWith(".md")).toList()) {
        docs.append(Files.readString(page));
      }
    }
    Map<String, String> facts = well();
    facts.putAll(
        Map.of(
            "partitions_lost", "1",
            "nodes_away", "[n3 since x]",
            "nodes_without_data", "[n4]",
            "partitions_short", "1",
            "embedding_calls_hung", "1",
            "embedding_nodes", "0",
            "disk_usable_bytes", "1"));
    NodeReport self = new NodeReport("n1", facts);
    List<StatusProblem> problems =
        Diagnosis.of(self, List.of(self, new NodeReport("n2", Map.of())));
    Pattern command = Pattern.compile("`(\\./rekindle [^`]*)`");
    int commands = 0;
    for (StatusProblem problem : problems) {
      Matcher matcher = command.matcher(problem.text());
      while (matcher.find()) {
        commands++;
        String typed = matcher.group(1).replaceAll(" n[0-9]$", "");
        assertThat(docs.toString()).as(problem.code()).contains(typed);
      }
    }
    assertThat(commands).isGreaterThan(5);
  }

  private static List<String> documentedCodes() {
    try {
      return Files.readAllLines(DOCS.resolve("operations.md")).stream()
          .filter(line -> line.startsWith("| `"))
          .map(line -> line.substring(3, line.indexOf('`', 3)))
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
