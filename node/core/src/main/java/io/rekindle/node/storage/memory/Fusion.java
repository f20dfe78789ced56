package io.rekindle.node.storage.memory;

import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.HybridWeights;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.storage.row.Micros;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One order of what was found by meaning and by words: reciprocal rank fusion (Cormack, Clarke,
 * Buettcher, SIGIR 2009), with k = 60 as there. Ranks are compared, never scores, which are of
 * different measures.
 *
 * <p>A part gives (k + 1) / (k + rank), hence 1 for its first and 0 for what is not among its
 * candidates. Recency gives half for each half-life of age, importance what was stored. The score
 * is the mean of the parts by their weights: 1 is the first of every part. Pure.
 */
final class Fusion {
  private static final double K = 60;

  private final HybridWeights weights;
  private final Instant asOf;
  private final Function<Candidate, @Nullable RowFacts> facts;

  /**
   * @param facts of a candidate's row, or null when it is gone; asked only when recency or
   *     importance has a weight
   */
  Fusion(HybridWeights weights, Instant asOf, Function<Candidate, @Nullable RowFacts> facts) {
    this.weights = weights;
    this.asOf = asOf;
    this.facts = facts;
  }

  private record Place(UUID slice, MemoryId memoryId) {}

  /** A memory's candidates and their ranks, from 1; 0 where there is none. */
  private static final class Found {
    @Nullable Candidate byMeaning;
    @Nullable Candidate byWords;
    int meaningRank;
    int wordsRank;
  }

  /**
   * Both parts in one order, best first; equal scores by memory id.
   *
   * @param byMeaning best first
   * @param byWords best first
   */
  List<RankedMemory> rank(List<Candidate> byMeaning, List<Candidate> byWords) {
    Map<Place, Found> all = new LinkedHashMap<>();
    int rank = 0;
    for (Candidate candidate : byMeaning) {
      Found found = all.computeIfAbsent(place(candidate), _ -> new Found());
      found.byMeaning = candidate;
      found.meaningRank = ++rank;
    }
    rank = 0;
    for (Candidate candidate : byWords) {
      Found found = all.computeIfAbsent(place(candidate), _ -> new Found());
      found.byWords = candidate;
      found.wordsRank = ++rank;
    }
    List<RankedMemory> ranked = new ArrayList<>(all.size());
    all.values().forEach(found -> ranked.add(score(found)));
    ranked.sort(RankedMemory.BEST_FIRST);
    return ranked;
  }

  private static Place place(Candidate candidate) {
    return new Place(candidate.query().slice().value(), candidate.memoryId());
  }

  private RankedMemory score(Found found) {
    Candidate meaning = found.byMeaning;
    Candidate words = found.byWords;
    RowFacts row = needsFacts() ? facts.apply(meaning == null ? asked(words) : meaning) : null;
    double recency = row == null || weights.recency() == 0 ? 0 : recency(row);
    double importance = row == null || weights.importance() == 0 ? 0 : row.importance();
    double sum =
        weights.meaning() * reciprocal(found.meaningRank)
            + weights.words() * reciprocal(found.wordsRank)
            + weights.recency() * recency
            + weights.importance() * importance;
    HitExplanation explanation =
        new HitExplanation(
            meaning == null ? 0 : meaning.score(),
            found.meaningRank,
            words == null ? 0 : words.score(),
            found.wordsRank,
            (float) recency,
            (float) importance,
            meaning == null ? null : meaning.path());
    return new RankedMemory(meaning, words, (float) (sum / weights.sum()), explanation);
  }

  private static Candidate asked(@Nullable Candidate candidate) {
    if (candidate == null) {
      throw new IllegalStateException("a memory is found by something");
    }
    return candidate;
  }

  private boolean needsFacts() {
    return weights.recency() > 0 || weights.importance() > 0;
  }

  private static double reciprocal(int rank) {
    return rank == 0 ? 0 : (K + 1) / (K + rank);
  }

  /** What was created later than the search began counts as created then. */
  private double recency(RowFacts row) {
    double ageMicros = Math.max(0, Micros.of(asOf) - row.createdAtMicros());
    return Math.pow(0.5, ageMicros / (weights.recencyHalfLife().toNanos() / 1e3));
  }
}
