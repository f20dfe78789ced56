package io.rekindle.node.storage;

import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import java.time.Duration;
import java.util.List;

/**
 * What a search found, best first, as much as fits into one answer.
 *
 * @param more whether the answer was cut: the search goes on behind the last hit
 * @param exact whether nothing better can have been left out
 * @param partial whether some slice could not be asked
 * @param index time spent in the slice indexes
 * @param join time spent on reading and opening rows
 */
public record SearchResult(
    List<Reply.Hit> hits,
    boolean more,
    boolean exact,
    boolean partial,
    Duration index,
    Duration join) {
  public SearchResult {
    hits = List.copyOf(hits);
  }

  /** A place in the order of an answer: score down, then memory id up. */
  public record Position(float score, MemoryId memoryId) {
    /** Whether a hit comes behind this place. */
    public boolean isBefore(Reply.Hit hit) {
      return hit.score() < score
          || (hit.score() == score && hit.memory().memoryId().compareTo(memoryId) > 0);
    }
  }
}
