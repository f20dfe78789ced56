package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.FilterEvaluator;
import io.rekindle.node.access.filter.FilterRow;
import io.rekindle.node.access.filter.Filters;
import io.rekindle.node.keyring.EnvelopeContext;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.StateKey;
import io.rekindle.node.storage.row.StateRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens agent states, and tests them against a row filter.
 *
 * <p>A condition was written for memories, of whose columns a state has few. It shows a state only
 * if it holds by those, whatever the others were: {@code agent_id = "a7"} shows the states of a7,
 * {@code sensitivity <= "internal"} none, and neither does {@code NOT sensitivity > "internal"},
 * because nobody has said how sensitive a state is.
 */
final class StateView {
  private static final Set<Column> COLUMNS =
      EnumSet.of(Column.AGENT_ID, Column.VERSION, Column.CREATED_AT, Column.UPDATED_AT);

  private final Keyring keyring;

  StateView(Keyring keyring) {
    this.keyring = keyring;
  }

  /** Which states of a namespace exist for a pass. */
  static Filter rowFilter(Pass pass, Namespace namespace) {
    return Filters.certain(
        pass.rowFilter(namespace.path()),
        field -> field instanceof Field.OfColumn(Column column) && COLUMNS.contains(column));
  }

  StateKey key(Namespace namespace, String agentId, String name) {
    return new StateKey(namespace.sliceOf(digest(namespace, agentId, name)), agentId, name);
  }

  /** 128 bits that stand for (agent, key) in the namespace. */
  UUID id(Namespace namespace, StateKey key) {
    ByteBuffer digest = ByteBuffer.wrap(digest(namespace, key.agentId(), key.name()));
    return new UUID(digest.getLong(), digest.getLong());
  }

  private byte[] digest(Namespace namespace, String agentId, String name) {
    return keyring.digest(
        namespace.id(),
        "state",
        agentId.getBytes(StandardCharsets.UTF_8),
        name.getBytes(StandardCharsets.UTF_8));
  }

  byte[] seal(Namespace namespace, StateKey key, String value) {
    return keyring.seal(
        namespace.id(),
        EnvelopeContext.state(id(namespace, key)),
        value.getBytes(StandardCharsets.UTF_8));
  }

  /** The state, or null when it is absent or rejected by the filter. */
  @Nullable AgentState find(
      Namespace namespace, StateKey key, @Nullable StateRow row, Filter filter) {
    if (row == null || !FilterEvaluator.test(filter, new Row(key, row))) {
      return null;
    }
    byte[] value =
        keyring.open(namespace.id(), EnvelopeContext.state(id(namespace, key)), row.value());
    return new AgentState(
        namespace.path(),
        key.agentId(),
        key.name(),
        new String(value, StandardCharsets.UTF_8),
        row.version(),
        Micros.toInstant(row.createdAtMicros()),
        Micros.toInstant(row.updatedAtMicros()));
  }

  /** What a state has of a memory's columns. */
  private record Row(StateKey key, StateRow row) implements FilterRow {
    @Override
    public @Nullable Literal column(Column column) {
      return switch (column) {
        case AGENT_ID -> new Literal.Text(key.agentId());
        case VERSION -> new Literal.Numeric(row.version());
        case CREATED_AT -> new Literal.Time(row.createdAtMicros());
        case UPDATED_AT -> new Literal.Time(row.updatedAtMicros());
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
}
