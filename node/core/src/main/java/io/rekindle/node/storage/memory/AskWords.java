package io.rekindle.node.storage.memory;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.WordQuestion;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of a search that goes by words: asks the words of each slice. */
final class AskWords implements SliceAsking.Part {
  private final SliceIndexes indexes;
  private final ResidualRows residual;
  private final String words;

  AskWords(SliceIndexes indexes, ResidualRows residual, String words) {
    this.indexes = indexes;
    this.residual = residual;
    this.words = words;
  }

  @Override
  public Candidates ask(SliceQuery query, int topK, float minScore) {
    Set<MemoryId> among = query.hasResidual() ? among(query) : null;
    WordQuestion question =
        new WordQuestion(words, topK, minScore, query.answered(), among, query.hides());
    List<Candidate> found =
        indexes.searchWords(query.namespace(), query.slice(), question).stream()
            .map(
                hit ->
                    new Candidate(
                        query,
                        hit.memoryId(),
                        hit.score(),
                        hit.contentVersion(),
                        Candidate.NO_CHUNK,
                        null))
            .toList();
    return new Candidates(found, found.size() == topK, true, false);
  }

  private @Nullable Set<MemoryId> among(SliceQuery query) {
    return indexes.ask(query.namespace(), query.slice(), index -> residual.of(query, index));
  }
}
