package io.rekindle.node.storage.memory;

import io.rekindle.node.index.IndexAnswer;
import io.rekindle.node.index.Recall;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.util.List;

/** The part of a search that goes by meaning: asks the vectors of each slice. */
final class AskMeaning implements SliceAsking.Part {
  private final SliceIndexes indexes;
  private final ResidualRows residual;
  private final SearchQuery search;
  private final float[] vector;

  AskMeaning(SliceIndexes indexes, ResidualRows residual, SearchQuery search, float[] vector) {
    this.indexes = indexes;
    this.residual = residual;
    this.search = search;
    this.vector = vector;
  }

  @Override
  public Candidates ask(SliceQuery query, int topK, float minScore) {
    IndexAnswer answer =
        indexes.ask(query.namespace(), query.slice(), index -> ask(query, index, topK, minScore));
    List<Candidate> found =
        answer.hits().stream()
            .map(
                hit ->
                    new Candidate(
                        query,
                        hit.memoryId(),
                        hit.score(),
                        hit.version(),
                        hit.chunk(),
                        answer.path()))
            .toList();
    return new Candidates(found, found.size() == topK, answer.exact(), false);
  }

  private IndexAnswer ask(SliceQuery query, SliceIndex index, int topK, float minScore) {
    if (!query.hasResidual()) {
      Recall recall = new Recall(search.recallTarget());
      return index.search(vector, topK, minScore, query.answered(), recall);
    }
    return new IndexAnswer(
        index.searchAmong(vector, residual.of(query, index), topK, minScore, query.answered()),
        true,
        SearchPath.GATHERED);
  }
}
