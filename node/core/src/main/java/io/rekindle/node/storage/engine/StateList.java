package io.rekindle.node.storage.engine;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.eq;
import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.gt;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.IndexScan;
import io.rekindle.node.storage.row.StateKey;
import io.rekindle.node.storage.row.StateRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.ignite.cache.query.IndexQueryCriterion;
import org.jspecify.annotations.Nullable;

/** Lists agent states by agent and key, by Ignite's index on (slice, agent, key). */
final class StateList {
  private static final Comparator<AgentState> ORDER =
      Comparator.comparing(AgentState::agentId).thenComparing(AgentState::key);

  private final Caches caches;
  private final StateView view;

  StateList(Caches caches, StateView view) {
    this.caches = caches;
    this.view = view;
  }

  Page<AgentState> list(
      Namespace namespace,
      @Nullable String agentId,
      int pageSize,
      @Nullable StateCursor after,
      Filter filter) {
    List<AgentState> found = new ArrayList<>();
    for (int ordinal = 0; ordinal < namespace.settings().slices(); ordinal++) {
      SliceId slice = SliceId.of(namespace.id(), ordinal);
      List<AgentState> ofSlice = new ArrayList<>();
      for (List<IndexQueryCriterion> range : ranges(slice, agentId, after)) {
        if (ofSlice.size() > pageSize) {
          break;
        }
        collect(namespace, range, filter, pageSize + 1, ofSlice);
      }
      found.addAll(ofSlice);
    }
    found.sort(ORDER);
    boolean more = found.size() > pageSize;
    return new Page<>(more ? found.subList(0, pageSize) : found, more);
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

  private void collect(
      Namespace namespace,
      List<IndexQueryCriterion> range,
      Filter filter,
      int limit,
      List<AgentState> found) {
    new IndexScan<>(caches.agentState(), StateKey.class, StateRow.class, Columns.STATE)
        .run(
            range,
            (key, row) -> {
              AgentState state = view.find(namespace, key, row, filter);
              if (state != null) {
                found.add(state);
              }
              return found.size() < limit;
            });
  }
}
