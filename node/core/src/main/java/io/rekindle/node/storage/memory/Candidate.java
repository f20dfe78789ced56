package io.rekindle.node.storage.memory;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.storage.row.MemoryRow;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What one part of a search found in one slice.
 *
 * @param version by meaning: of the row that was judged; by words: of the content
 * @param chunk that is nearest in meaning; {@link #NO_CHUNK} by words
 * @param path how meaning was looked for; null by words
 */
public record Candidate(
    SliceQuery query,
    MemoryId memoryId,
    float score,
    long version,
    int chunk,
    @Nullable SearchPath path) {
  public static final int NO_CHUNK = -1;

  static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::score)
          .reversed()
          .thenComparing(Candidate::memoryId)
          .thenComparing(candidate -> candidate.query().slice().value());

  boolean isByMeaning() {
    return chunk != NO_CHUNK;
  }

  /** Whether a row has the content still that was judged. */
  boolean isOf(MemoryRow row) {
    return isByMeaning() ? row.contentVersion() <= version : row.contentVersion() == version;
  }
}
