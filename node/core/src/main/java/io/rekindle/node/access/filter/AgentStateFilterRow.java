package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.model.AgentState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent's state as the condition of a grant sees it: it has the columns that it shares with a
 * memory, and no others, so that a condition on what it lacks hides it.
 */
public record AgentStateFilterRow(
    String agentId, Instant createdAt, Instant updatedAt, long version) implements FilterRow {

  public static AgentStateFilterRow of(AgentState state) {
    return new AgentStateFilterRow(
        state.agentId(), state.createdAt(), state.updatedAt(), state.version());
  }

  @Override
  public @Nullable Literal column(Column column) {
    return switch (column) {
      case AGENT_ID -> new Literal.Text(agentId);
      case CREATED_AT -> new Literal.Time(FilterLiterals.micros(createdAt));
      case UPDATED_AT -> new Literal.Time(FilterLiterals.micros(updatedAt));
      case VERSION -> new Literal.Numeric(version);
      default -> null;
    };
  }

  @Override
  public List<String> labels(Column column) {
    return List.of();
  }

  @Override
  public @Nullable Literal metadata(String path) {
    return null;
  }
}
