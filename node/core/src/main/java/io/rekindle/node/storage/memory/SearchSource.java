package io.rekindle.node.storage.memory;

import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.SearchResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a search asks: the slices of this node, or those of several nodes. The order of an answer is
 * made of all that it finds, in one place ({@link SearchRounds}). One search; one thread.
 */
public interface SearchSource {
  /**
   * What was found of each part.
   *
   * @param meaning {@link Candidates#NONE} in a search by words
   * @param words {@link Candidates#NONE} in a search by meaning
   */
  record Pools(Candidates meaning, Candidates words) {}

  /**
   * A row of a candidate as it is now.
   *
   * @param there false when the row is gone, hidden, or has another content by now
   * @param hit null when it is not there, or not behind the place where the answer begins
   */
  record JoinedRow(boolean there, Reply.@Nullable Hit hit) {
    public static final JoinedRow GONE = new JoinedRow(false, null);
    public static final JoinedRow BEFORE = new JoinedRow(true, null);
  }

  /**
   * The best of each part of the search, of all slices together.
   *
   * @param topK of each slice, 1 to 1,000
   * @param minScore lowest score returned, or NaN
   */
  Pools ask(int topK, float minScore);

  /** What an order may count of a candidate of the last {@link #ask}; null when it is gone. */
  @Nullable RowFacts facts(Candidate candidate);

  /**
   * The rows of candidates, in their order.
   *
   * @param after see {@link SearchResult.Position}; null for all
   * @return one for each, from the first on, as many as one answer has room for; at least one
   */
  List<JoinedRow> rows(List<RankedMemory> asked, SearchResult.@Nullable Position after);

  /** Whether some row could not be read, so that it counts as gone. */
  boolean isPartial();
}
