package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.model.Ranking;
import io.rekindle.node.model.SearchMode;
import io.rekindle.v1.HybridWeights;
import io.rekindle.v1.SearchMemoriesRequest;

/** What decides the order of a search. */
final class RankingDecoder {
  private RankingDecoder() {}

  static Ranking ranking(SearchMemoriesRequest request) {
    return new Ranking(
        mode(request.getMode()),
        Fields.optional(request.getWords()),
        request.hasWeights()
            ? weights(request.getWeights())
            : io.rekindle.node.model.HybridWeights.DEFAULT,
        request.getExplain());
  }

  private static SearchMode mode(io.rekindle.v1.SearchMode mode) {
    return switch (mode) {
      case SEARCH_MODE_UNSPECIFIED, SEARCH_MODE_MEANING -> SearchMode.MEANING;
      case SEARCH_MODE_WORDS -> SearchMode.WORDS;
      case SEARCH_MODE_HYBRID -> SearchMode.HYBRID;
      case UNRECOGNIZED -> throw Fields.unknownValue("mode");
    };
  }

  private static io.rekindle.node.model.HybridWeights weights(HybridWeights weights) {
    return new io.rekindle.node.model.HybridWeights(
        weights.hasMeaning() ? weights.getMeaning() : 1,
        weights.hasWords() ? weights.getWords() : 1,
        weights.getRecency(),
        weights.hasRecencyHalfLife()
            ? Fields.duration("weights.recency_half_life", weights.getRecencyHalfLife())
            : io.rekindle.node.model.HybridWeights.HALF_LIFE_DEFAULT,
        weights.getImportance());
  }
}
