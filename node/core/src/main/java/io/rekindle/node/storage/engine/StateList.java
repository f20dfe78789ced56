package io.rekindle.node.storage.engine;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.eq;
import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.gt;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.ReplyRoom;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.IndexScan;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.row.StateKey;
import io.rekindle.node.storage.row.StateRow;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.ignite.cache.query.IndexQueryCriterion;
import org.jspecify.annotations.Nullable;

/** Lists agent states by agent and key, by Ignite's index on (slice, agent, key). */
final class StateList {
  private static final Comparator<AgentState> ORDER =
      Comparator.comparing(AgentState::agentId).thenComparing(AgentState::key);

  private final Caches caches;
  private final SliceOwners owners;
  private final StateView view;

  StateList(Caches caches, StateView view) {
    this.caches = caches;
    this.owners = SliceOwners.of(caches);
    this.view = view;
  }

  Page<AgentState> list(
      Namespace namespace,
      Collection<SliceId> slices,
      @Nullable String agentId,
      int pageSize,
      @Nullable StateCursor after,
      Filter filter) {
    FirstStates found = new FirstStates(pageSize);
    for (SliceId slice : slices) {
      owners.requireHere(slice);
      for (List<IndexQueryCriterion> range : ranges(slice, agentId, after)) {
        if (collect(namespace, range, filter, found)) {
          break;
        }
      }
    }
    // What moved away meanwhile may have been read in part.
    slices.forEach(owners::requireHere);
    return found.page();
  }

  /** Behind a cursor: first the rest of its agent's keys, then the agents behind it. */
  private static List<List<IndexQueryCriterion>> ranges(
      SliceId slice, @Nullable String agentId, @Nullable StateCursor after) {
    IndexQueryCriterion inSlice = eq(Columns.SLICE, slice.value());
    if (after == null) {
      return List.of(
          agentId == null ? List.of(inSlice) : List.of(inSlice, eq(Columns.AGENT_ID, agentId)));
    }
    List<IndexQueryCriterion> sameAgent =
        List.of(inSlice, eq(Columns.AGENT_ID, after.agentId()), gt(Columns.NAME, after.key()));
    return agentId == null
        ? List.of(sameAgent, List.of(inSlice, gt(Columns.AGENT_ID, after.agentId())))
        : List.of(sameAgent);
  }

  /** Returns whether nothing behind the range in its slice can be wanted. */
  private boolean collect(
      Namespace namespace, List<IndexQueryCriterion> range, Filter filter, FirstStates found) {
    return new IndexScan<>(caches.agentState(), StateKey.class, StateRow.class, Columns.STATE)
        .run(
            range,
            (key, row) -> {
              AgentState state = view.find(namespace, key, row, filter);
              return state == null || found.offer(state);
            });
  }

  /**
   * The first states of many slices, as many as one page and one answer hold. Once one was left
   * out, no later one comes in, so that the next page leaves no gap.
   */
  private static final class FirstStates {
    private final TreeSet<AgentState> first = new TreeSet<>(ORDER);
    private final ReplyRoom room = new ReplyRoom();
    private final int pageSize;
    private @Nullable AgentState leftOut;

    FirstStates(int pageSize) {
      this.pageSize = pageSize;
    }

    /** Takes a state; false when neither it nor what follows it in its slice is wanted. */
    boolean offer(AgentState state) {
      if (leftOut != null && ORDER.compare(state, leftOut) > 0) {
        return false;
      }
      while (first.size() == pageSize || !room.take(state)) {
        AgentState last = first.last();
        if (ORDER.compare(last, state) < 0) {
          leftOut = state;
          return false;
        }
        first.remove(last);
        room.giveBack(last);
        leftOut = last;
      }
      first.add(state);
      return true;
    }

    Page<AgentState> page() {
      return new Page<>(List.copyOf(first), leftOut != null);
    }
  }
}
