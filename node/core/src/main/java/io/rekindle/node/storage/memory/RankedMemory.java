package io.rekindle.node.storage.memory;

import io.rekindle.node.model.HitExplanation;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.storage.row.MemoryRow;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A memory at its place in an answer.
 *
 * @param byMeaning what it was found as by meaning, or null; one of the two there is
 * @param byWords what it was found as by words, or null
 * @param score that decides the place
 */
public record RankedMemory(
    @Nullable Candidate byMeaning,
    @Nullable Candidate byWords,
    float score,
    HitExplanation explanation) {
  static final Comparator<RankedMemory> BEST_FIRST =
      Comparator.comparingDouble(RankedMemory::score)
          .reversed()
          .thenComparing(RankedMemory::memoryId)
          .thenComparing(ranked -> ranked.query().slice().value());

  static RankedMemory byMeaning(Candidate candidate, int rank) {
    return new RankedMemory(
        candidate,
        null,
        candidate.score(),
        new HitExplanation(candidate.score(), rank, 0, 0, 0, 0, candidate.path()));
  }

  static RankedMemory byWords(Candidate candidate, int rank) {
    return new RankedMemory(
        null,
        candidate,
        candidate.score(),
        new HitExplanation(0, 0, candidate.score(), rank, 0, 0, null));
  }

  private Candidate any() {
    return Objects.requireNonNull(byMeaning == null ? byWords : byMeaning);
  }

  public MemoryId memoryId() {
    return any().memoryId();
  }

  public SliceQuery query() {
    return any().query();
  }

  /** Whether a row has the content still by which it was found. */
  boolean isOf(MemoryRow row) {
    return (byMeaning == null || byMeaning.isOf(row)) && (byWords == null || byWords.isOf(row));
  }
}
