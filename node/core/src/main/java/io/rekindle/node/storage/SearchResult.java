package io.rekindle.node.storage;

import io.rekindle.node.model.Reply;
import java.time.Duration;
import java.util.List;

/**
 * What a search found, best first.
 *
 * @param partial whether some slice could not be asked
 * @param index time spent in the slice indexes
 * @param join time spent on reading and opening rows
 */
public record SearchResult(List<Reply.Hit> hits, boolean partial, Duration index, Duration join) {
  public SearchResult {
    hits = List.copyOf(hits);
  }
}
