package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.HybridWeights;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle search}: memories by meaning and words. */
@Command(
    name = "search",
    description = "Find memories by meaning and by their words.",
    mixinStandardHelpOptions = true)
public final class SearchCommand implements Callable<Integer> {
  @Mixin private Session session = new Session();

  @Option(
      names = {"-n", "--namespace"},
      description = "where; several times, or a/** for all below a")
  private List<String> namespaces = List.of();

  @Option(
      names = {"-k", "--top-k"},
      description = "how many (default: ${DEFAULT-VALUE})",
      defaultValue = "10")
  private int topK = 10;

  @Option(names = "--min-score", description = "only of at least this score")
  private @Nullable Float minScore;

  @Option(
      names = "--recall",
      description = "how much of the exact answer to find on average, 0.5 to 1 (default: 0.98)")
  private @Nullable Double recall;

  @Option(
      names = "--mode",
      description = "what decides the order: ${COMPLETION-CANDIDATES} (default: hybrid)")
  private Mode mode = Mode.HYBRID;

  @Option(names = "--words", description = "words to look for, if not those of the query")
  private String words = "";

  @Option(
      names = "--weight",
      paramLabel = "PART=WEIGHT",
      description =
          "how much a part of a hybrid search counts, 0 to 100: meaning and words (default: 1),"
              + " recency and importance (default: 0); several times")
  private Map<Part, Double> weights = Map.of();

  @Option(
      names = "--half-life",
      description = "the age at which recency counts half, such as P7D or PT1H (default: P30D)")
  private @Nullable Duration halfLife;

  @Option(names = "--explain", description = "say how each memory came to its place")
  private boolean explain;

  @Option(names = "--filter", description = "such as 'memory_type = \"fact\"'")
  private String filter = "";

  @Option(
      names = "--wait-for",
      paramLabel = "TOKEN",
      description =
          "first wait until what a store answered this wait_token for (-o json) can be found by"
              + " its meaning; several times")
  private List<String> waitFor = List.of();

  @Option(
      names = "--wait-timeout",
      description =
          "how long to wait at most, such as PT20S (default: PT10S), and three quarters of"
              + " --timeout")
  private @Nullable Duration waitTimeout;

  @Parameters(index = "0", paramLabel = "QUERY", description = "what to look for")
  private String query = "";

  @Override
  public Integer call() {
    SearchMemoriesRequest.Builder request =
        SearchMemoriesRequest.newBuilder()
            .addAllNamespaces(namespaces)
            .setQuery(query)
            .setTopK(topK)
            .setMode(mode.value)
            .setWords(words)
            .setExplain(explain)
            .setFilter(filter)
            .addAllWaitFor(waitFor);
    if (!weights.isEmpty() || halfLife != null) {
      request.setWeights(weights());
    }
    if (waitTimeout != null) {
      request.setWaitTimeout(message(waitTimeout));
    }
    if (minScore != null) {
      request.setMinScore(minScore);
    }
    if (recall != null) {
      request.setRecallTarget(recall);
    }
    session.answer(
        session.connected(client -> client.memories().search(request.build()).execute()),
        Texts::hits);
    return ExitCodes.OK;
  }

  private HybridWeights weights() {
    HybridWeights.Builder built = HybridWeights.newBuilder();
    weights.forEach(
        (part, weight) -> {
          switch (part) {
            case MEANING -> built.setMeaning(weight);
            case WORDS -> built.setWords(weight);
            case RECENCY -> built.setRecency(weight);
            case IMPORTANCE -> built.setImportance(weight);
          }
        });
    if (halfLife != null) {
      built.setRecencyHalfLife(message(halfLife));
    }
    return built.build();
  }

  private static com.google.protobuf.Duration message(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /** What decides the order, as it is written on a command line. */
  private enum Mode {
    MEANING(SearchMode.SEARCH_MODE_MEANING),
    WORDS(SearchMode.SEARCH_MODE_WORDS),
    HYBRID(SearchMode.SEARCH_MODE_HYBRID);

    private final SearchMode value;

    Mode(SearchMode value) {
      this.value = value;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A part of a hybrid search. */
  private enum Part {
    MEANING,
    WORDS,
    RECENCY,
    IMPORTANCE
  }
}
