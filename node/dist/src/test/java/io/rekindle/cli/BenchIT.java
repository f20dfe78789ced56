package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A benchmark in a tiny size: that it runs and what it finds, never how fast. One of them, because
 * each starts nodes of its own, and a build has its time too.
 */
@Timeout(900) // So that what waits for ever ends the build.
class BenchIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FOLDER = "--data-folder";

  /** Thirty of which half fit. */
  private static final String[] MANY = {
    "--memories",
    "90",
    "--namespaces",
    "30",
    "--dimensions",
    "16",
    "--cold",
    "5",
    "--warm",
    "4",
    "--queries",
    "40",
    "--set",
    "rekindle.index.memory-bytes-max=128KiB"
  };

  @TempDir private Path temporary;

  @BeforeAll
  static void makeArchive() throws Exception {
    RunningDistribution.makeArchive();
  }

  @Test
  void aFolderIsPreparedOnceThenSearchedKilledFoundAgainAndReported() throws Exception {
    String data = temporary.resolve("data").toString();
    Path saved = temporary.resolve("saved");
    String[] set = {
      FOLDER, data, "--memories", "400", "--dimensions", "16", "--save", saved.toString()
    };

    List<JsonNode> found =
        results("search", set, "--queries", "20", "--filters", "0.1", "--threads", "2");
    assertThat(found).hasSize(5);
    assertThat(found.subList(0, 4))
        .allSatisfy(line -> assertThat(line.get("recallAt10").asDouble()).isEqualTo(1));
    assertThat(found.get(2).at("/operatingPoint/filter").asText()).isEqualTo("tags:\"share-0.1\"");

    // Fails by itself when an answer is not the one that the numbers of the memories give.
    List<JsonNode> restart = results("restart", set, "--restarts", "1", "--queries", "20");
    assertThat(names(restart)).contains("engine active until the first right answer").hasSize(3);

    // Fails by itself when an answer is wrong, or the index takes more than it may.
    List<JsonNode> many = results("namespaces", MANY, FOLDER, data, "--save", saved.toString());
    assertThat(names(many)).contains("search, 4 namespaces in turn").hasSize(7);
    assertThat(names(many)).endsWith("search of a namespace that left memory");
    assertThat(many.getLast().at("/operatingPoint/indexSlices").asInt()).isLessThan(30);

    Path page = temporary.resolve("page");
    run("report", "--from", saved.toString(), "--to", page.toString());
    assertThat(page.resolve("results.md"))
        .content()
        .contains("## search, ", "## restart, ", "## namespaces, ");
    assertThat(page.resolve("recall-latency.svg")).content().contains("400 memories x 16");
  }

  @Test
  void theMessagesBetweenTheNodesOfAClusterAreCounted() throws Exception {
    String[] two = {
      "--nodes",
      "2",
      "--memories",
      "60",
      "--dimensions",
      "16",
      "--operations",
      "40",
      "--seconds",
      "0",
      "--idle",
      "2",
      "--bench-folder",
      temporary.resolve("cluster").toString()
    };

    List<JsonNode> found = results("cluster", two);

    assertThat(names(found)).containsExactly("store", "search");
    // Each row has a copy on the other node, so a store is a message at least.
    assertThat(messages(found.getFirst())).isGreaterThan(1);
    assertThat(temporary.resolve("cluster")).isEmptyDirectory();
  }

  @Test
  void aTenantWithAKeyOfItsOwnIsMeasuredBesideOneWithout() throws Exception {
    String[] tiny = {
      "--memories",
      "30",
      "--rounds",
      "1",
      "--seconds",
      "1",
      "--warm-up-seconds",
      "1",
      "--bench-folder",
      temporary.resolve("keys").toString()
    };

    List<JsonNode> found = results("keys", tiny);

    assertThat(found)
        .extracting(
            line -> line.get("name").asText() + ", " + line.at("/operatingPoint/key").asText())
        .containsExactly(
            "store, the cluster's",
            "store, the tenant's own",
            "search, through gRPC, the cluster's",
            "search, through gRPC, the tenant's own",
            "search, server's timer, the cluster's",
            "search, server's timer, the tenant's own");
    assertThat(temporary.resolve("keys")).isEmptyDirectory();
  }

  private static double messages(JsonNode result) {
    return result.at("/operatingPoint/messagesPerOperation").asDouble();
  }

  private static List<String> names(List<JsonNode> results) {
    return results.stream().map(line -> line.get("name").asText()).toList();
  }

  private static List<JsonNode> results(String name, String[] common, String... more)
      throws IOException {
    List<String> words = new ArrayList<>(List.of(name, "-o", "json"));
    words.addAll(List.of(common));
    words.addAll(List.of(more));
    List<JsonNode> results = new ArrayList<>();
    JSON.readTree(run(words.toArray(String[]::new))).get("results").forEach(results::add);
    return results;
  }

  private static String run(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(words));
    int code =
        RekindleCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all.toArray(String[]::new));
    assertThat(code).as("%s: %s", all, err).isEqualTo(ExitCodes.OK);
    return out.toString();
  }
}
