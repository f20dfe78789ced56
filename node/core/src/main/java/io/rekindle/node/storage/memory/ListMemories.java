package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.RowPosition;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.ReplyRoom;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Lists memories of many slices in one order, newest first: a merge of what each index selects. */
final class ListMemories {
  private final Caches caches;
  private final SliceIndexes indexes;
  private final MemoryView view;

  ListMemories(Caches caches, SliceIndexes indexes, MemoryView view) {
    this.caches = caches;
    this.indexes = indexes;
    this.view = view;
  }

  MemoryPage list(
      Pass pass,
      SliceSelection selection,
      Filter filter,
      int pageSize,
      @Nullable Cursor after,
      boolean withVectors) {
    selection.namespaces().forEach(namespace -> pass.check(Action.LIST, namespace.path()));
    List<SliceQuery> queries =
        SliceQuery.of(selection, space -> pass.rowFilter(space.path()), filter, view.now());
    checkRowsToOpen(queries);
    RowPosition start =
        after == null ? null : new RowPosition(Micros.of(after.createdAt()), after.memoryId());
    PriorityQueue<Walk> walks =
        new PriorityQueue<>(Comparator.comparing(walk -> walk.head.getFirst()));
    for (SliceQuery query : queries) {
      Walk walk = new Walk(query, start, pageSize + 1, withVectors);
      if (walk.advance()) {
        walks.add(walk);
      }
    }
    return merge(walks, pageSize);
  }

  private MemoryPage merge(PriorityQueue<Walk> walks, int pageSize) {
    List<Memory> page = new ArrayList<>(pageSize);
    ReplyRoom room = new ReplyRoom();
    Cursor last = null;
    while (!walks.isEmpty() && page.size() < pageSize) {
      Walk walk = walks.remove();
      RowPosition position = walk.head.remove();
      Memory memory = walk.find(position);
      if (memory != null) {
        if (!room.take(memory)) {
          return new MemoryPage(page, last);
        }
        page.add(memory);
        last = new Cursor(Micros.toInstant(position.createdAtMicros()), position.memoryId());
      }
      if (walk.advance()) {
        walks.add(walk);
      }
    }
    return new MemoryPage(page, walks.isEmpty() ? null : last);
  }

  private void checkRowsToOpen(List<SliceQuery> queries) {
    long opened = 0;
    for (SliceQuery query : queries) {
      if (query.hasResidual()) {
        long before = opened;
        opened =
            indexes.ask(
                query.namespace(), query.slice(), index -> query.countToOpen(index, before));
      }
    }
  }

  /** One slice, read in batches. */
  private final class Walk {
    private final SliceQuery query;
    private final int batch;
    private final boolean withVectors;
    final ArrayDeque<RowPosition> head = new ArrayDeque<>();
    private @Nullable RowPosition after;
    private boolean exhausted;

    Walk(SliceQuery query, @Nullable RowPosition after, int batch, boolean withVectors) {
      this.query = query;
      this.after = after;
      this.batch = batch;
      this.withVectors = withVectors;
    }

    /** Makes the next position the head; false at the end of the slice. */
    boolean advance() {
      if (head.isEmpty() && !exhausted) {
        List<RowPosition> positions =
            indexes.ask(
                query.namespace(),
                query.slice(),
                index -> index.select(query.answered(), after, batch));
        exhausted = positions.size() < batch;
        head.addAll(positions);
        after = positions.isEmpty() ? after : positions.getLast();
      }
      return !head.isEmpty();
    }

    @Nullable Memory find(RowPosition position) {
      MemoryKey key = new MemoryKey(query.slice(), position.memoryId());
      MemoryView.Opened opened =
          view.find(query.namespace(), key, caches.memory().get(key), query.filter());
      if (opened == null) {
        return null;
      }
      return withVectors
          ? view.memoryWithVector(query.namespace(), key, opened)
          : view.memory(query.namespace(), key, opened);
    }
  }
}
