package io.rekindle.node.storage.owner;

import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import io.rekindle.node.storage.Page;

/** Agent states in messages between nodes. */
final class StateMessages {
  private StateMessages() {}

  static void state(WireOut out, AgentState state) {
    out.text(state.namespace().toString())
        .text(state.agentId())
        .text(state.key())
        .text(state.value())
        .int64(state.version())
        .time(state.createdAt())
        .time(state.updatedAt());
  }

  static AgentState state(WireIn in) {
    return new AgentState(
        NamespacePath.parse(in.text()),
        in.text(),
        in.text(),
        in.text(),
        in.int64(),
        in.time(),
        in.time());
  }

  static void cursor(WireOut out, StateCursor cursor) {
    out.text(cursor.agentId()).text(cursor.key());
  }

  static StateCursor cursor(WireIn in) {
    return new StateCursor(in.text(), in.text());
  }

  static void page(WireOut out, Page<AgentState> page) {
    out.list(page.items(), StateMessages::state).bool(page.more());
  }

  static Page<AgentState> page(WireIn in) {
    return new Page<>(in.list(StateMessages::state), in.bool());
  }
}
