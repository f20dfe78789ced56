package io.rekindle.cli.bench;

import io.rekindle.cli.bench.Queries.Mode;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Share;
import java.util.Map;
import java.util.TreeMap;

/** What stands beside the figures of a search. */
final class SearchPoint {
  private SearchPoint() {}

  /** A name with a place for who held the watch. */
  static String name(Queries queries) {
    StringBuilder name = new StringBuilder("search");
    switch (queries.mode()) {
      case MEANING -> name.append("%s, recall >= ").append(queries.recallTarget());
      case WORDS -> name.append(" by words%s");
      case HYBRID -> name.append(", hybrid%s, recall >= ").append(queries.recallTarget());
    }
    if (!queries.share().equals(Share.ALL)) {
      name.append(", filter passes ").append(queries.share().share());
    }
    return name.toString();
  }

  static Map<String, String> of(DataSet data) {
    Map<String, String> point = new TreeMap<>();
    point.put("memories", Integer.toString(data.memories()));
    point.put("dimensions", Integer.toString(data.source().dimensions()));
    point.put("namespaces", Integer.toString(data.namespaces()));
    point.put("data", data.source().label());
    return point;
  }

  static Map<String, String> of(SearchBench.Plan plan, String durability) {
    Map<String, String> point = of(plan.data());
    point.put("clients", Integer.toString(plan.threads()));
    point.put("durability", durability);
    return point;
  }

  static Map<String, String> of(
      SearchBench.Plan plan, Queries queries, String path, String durability) {
    Map<String, String> point = of(plan, durability);
    point.put("topK", Integer.toString(Queries.TOP_K));
    point.put("mode", queries.mode().toString());
    point.put("path", path);
    if (queries.mode() != Mode.WORDS) {
      point.put("recallTarget", Double.toString(queries.recallTarget()));
    }
    if (!queries.share().equals(Share.ALL)) {
      point.put("filter", queries.share().filter());
      point.put("filterPasses", Double.toString(queries.share().share()));
    }
    return point;
  }
}
