package io.rekindle.node.storage.owner;

import io.rekindle.node.index.RowPosition;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.ReplyRoom;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.row.Micros;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;

/** Makes one page of the pages that several owners gave for the same question. Pure. */
final class MergedPages {
  private static final Comparator<Memory> NEWEST_FIRST =
      Comparator.comparing(
          memory -> new RowPosition(Micros.of(memory.columns().createdAt()), memory.memoryId()));

  private static final Comparator<AgentState> BY_AGENT_AND_KEY =
      Comparator.comparing(AgentState::agentId).thenComparing(AgentState::key);

  private MergedPages() {}

  static MemoryPage ofMemories(List<MemoryPage> parts, int pageSize) {
    ReplyRoom room = new ReplyRoom();
    Page<Memory> page =
        merge(
            parts.stream().map(part -> new Page<>(part.memories(), part.next() != null)).toList(),
            NEWEST_FIRST,
            pageSize,
            room::take);
    if (!page.more()) {
      return new MemoryPage(page.items(), null);
    }
    Memory last = page.items().getLast();
    return new MemoryPage(page.items(), new Cursor(last.columns().createdAt(), last.memoryId()));
  }

  static Page<AgentState> ofStates(List<Page<AgentState>> parts, int pageSize) {
    ReplyRoom room = new ReplyRoom();
    return merge(parts, BY_AGENT_AND_KEY, pageSize, room::take);
  }

  /**
   * The first items of all. Where a part ends and says that it has more, the page ends too: what
   * comes next of it is not known.
   */
  private static <T> Page<T> merge(
      List<Page<T>> parts, Comparator<T> order, int pageSize, Predicate<T> room) {
    PriorityQueue<Head<T>> heads =
        new PriorityQueue<>((one, other) -> order.compare(one.item(), other.item()));
    for (Page<T> part : parts) {
      if (!part.items().isEmpty()) {
        heads.add(new Head<>(part, 0));
      }
    }
    List<T> merged = new ArrayList<>();
    while (!heads.isEmpty()) {
      Head<T> head = heads.remove();
      if (merged.size() == pageSize || !room.test(head.item())) {
        return new Page<>(merged, true);
      }
      merged.add(head.item());
      if (head.at() + 1 < head.part().items().size()) {
        heads.add(new Head<>(head.part(), head.at() + 1));
      } else if (head.part().more()) {
        return new Page<>(merged, true);
      }
    }
    return new Page<>(merged, false);
  }

  private record Head<T>(Page<T> part, int at) {
    T item() {
      return part.items().get(at);
    }
  }
}
