package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.SearchMemoriesRequest;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle search}: memories by meaning. */
@Command(
    name = "search",
    description = "Find the memories nearest in meaning.",
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

  @Option(names = "--filter", description = "such as 'memory_type = \"fact\"'")
  private String filter = "";

  @Parameters(index = "0", paramLabel = "QUERY", description = "what to look for")
  private String query = "";

  @Override
  public Integer call() {
    SearchMemoriesRequest.Builder request =
        SearchMemoriesRequest.newBuilder()
            .addAllNamespaces(namespaces)
            .setQuery(query)
            .setTopK(topK)
            .setFilter(filter);
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
}
