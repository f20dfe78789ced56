package io.rekindle.node.storage.memory;

import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.ReplyRoom;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.SearchSource.JoinedRow;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what the indexes found into hits: reads, opens and tests the rows as they are now. */
final class JoinRows {
  private final Caches caches;
  private final MemoryView view;
  private final MatchedChunks chunks;

  JoinRows(Caches caches, MemoryView view) {
    this.caches = caches;
    this.view = view;
    this.chunks = new MatchedChunks(caches);
  }

  /** As {@link SearchSource#rows}. */
  List<JoinedRow> of(List<RankedMemory> asked, SearchResult.@Nullable Position after) {
    List<JoinedRow> rows = new ArrayList<>();
    ReplyRoom room = new ReplyRoom();
    for (RankedMemory ranked : asked) {
      Reply.Hit hit = findHit(ranked);
      if (hit == null) {
        rows.add(JoinedRow.GONE);
      } else if (after != null && !after.isBefore(hit)) {
        rows.add(JoinedRow.BEFORE);
      } else if (room.take(hit.memory())) {
        rows.add(new JoinedRow(true, hit));
      } else {
        break;
      }
    }
    return rows;
  }

  /** The row as it is now, unless it changed so that the hit is none any more. */
  private Reply.@Nullable Hit findHit(RankedMemory ranked) {
    SliceQuery query = ranked.query();
    MemoryKey key = new MemoryKey(query.slice(), ranked.memoryId());
    MemoryRow row = caches.memory().get(key);
    if (row == null || !ranked.isOf(row)) {
      return null;
    }
    MemoryView.Opened opened = view.find(query.namespace(), key, row, query.filter());
    Candidate byMeaning = ranked.byMeaning();
    if (opened == null || (byMeaning != null && !opened.columns().hasEmbedding())) {
      return null;
    }
    return new Reply.Hit(
        view.memory(query.namespace(), key, opened),
        ranked.score(),
        byMeaning == null ? 0 : similarity(query.namespace().settings(), byMeaning.score()),
        byMeaning == null
            ? null
            : chunks.spanOf(key, row, byMeaning.chunk(), opened.payload().content()),
        ranked.explanation());
  }

  /** The score by meaning mapped to 0..1, higher is better. */
  static float similarity(NamespaceSettings settings, float score) {
    return switch (settings.distance()) {
      case COSINE -> Math.clamp((1 + score) / 2, 0f, 1f);
      case DOT -> (float) (1 / (1 + Math.exp(-score)));
      case L2 -> 1 / (1 - score);
    };
  }
}
