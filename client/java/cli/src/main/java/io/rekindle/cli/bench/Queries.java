package io.rekindle.cli.bench;

import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Sentences;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchMode;
import java.util.List;
import java.util.Locale;

/** Searches over a data set by the number of a query. Immutable and thread-safe. */
record Queries(DataSet data, Mode mode, double recallTarget, Share share) {
  static final int TOP_K = 10;

  /** What decides the order, as on the command line. */
  enum Mode {
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

  /** The search of a query, in the namespace whose turn it is. */
  SearchMemoriesRequest request(int query) {
    return request(query, query);
  }

  /** The search of a query in the namespace of another one. */
  SearchMemoriesRequest request(int query, int turn) {
    SearchMemoriesRequest.Builder request =
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(data.namespace(turn % data.namespaces()))
            .setTopK(TOP_K)
            .setMode(mode.value)
            .setFilter(share.filter());
    if (mode == Mode.WORDS) {
      return request.setQuery(Sentences.query(query)).build();
    }
    if (mode == Mode.HYBRID) {
      request.setWords(Sentences.query(query));
    }
    QueryVector.Builder vector = QueryVector.newBuilder();
    for (float value : data.source().query(query)) {
      vector.addValues(value);
    }
    return request.setVector(vector).setRecallTarget(recallTarget).build();
  }

  /** The numbers of the memories found; -1 for one that is not of the set. */
  static List<Integer> found(SearchMemoriesResponse response) {
    return response.getHitsList().stream()
        .map(SearchHit::getMemory)
        .map(memory -> DataSet.number(memory.getMemoryId()))
        .toList();
  }
}
