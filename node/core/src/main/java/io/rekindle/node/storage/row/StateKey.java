package io.rekindle.node.storage.row;

import io.rekindle.node.model.SliceId;
import java.util.UUID;

/** The key of an agent state. */
public final class StateKey implements SliceKey {
  private final UUID slice;
  private final String agentId;
  private final String name;

  public StateKey(SliceId slice, String agentId, String name) {
    this.slice = slice.value();
    this.agentId = agentId;
    this.name = name;
  }

  @Override
  public SliceId slice() {
    return new SliceId(slice);
  }

  public String agentId() {
    return agentId;
  }

  public String name() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StateKey that
        && slice.equals(that.slice)
        && agentId.equals(that.agentId)
        && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * slice.hashCode() + agentId.hashCode()) + name.hashCode();
  }
}
