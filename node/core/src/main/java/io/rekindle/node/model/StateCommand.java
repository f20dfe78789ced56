package io.rekindle.node.model;

import org.jspecify.annotations.Nullable;

/** What can be asked about agent state: small JSON values under (namespace, agent, key). */
public sealed interface StateCommand extends Command {
  @Override
  default boolean mutates() {
    return this instanceof Set || this instanceof Delete;
  }

  /**
   * Names one value.
   *
   * @param agentId null means the agent of the API key
   */
  record Ref(NamespacePath namespace, @Nullable String agentId, String key) {
    public Ref {
      agentId = Limits.optionalText("agent_id", agentId, Limits.ID_BYTES_MAX);
      Limits.requireText("key", key, Limits.ID_BYTES_MAX);
      if (key.isEmpty()) {
        throw io.rekindle.node.error.RekindleException.invalid("key", "a text must not be empty");
      }
    }
  }

  record Get(Ref ref) implements StateCommand {}

  /**
   * Sets a value.
   *
   * @param expectedVersion compare-and-set: null sets whatever is there, 0 demands that nothing is
   */
  record Set(
      Ref ref,
      String value,
      @Nullable Long expectedVersion,
      @Nullable String subjectId,
      @Nullable IdempotencyKey idempotencyKey)
      implements StateCommand {
    public Set {
      value = MetadataJson.requireState(value);
      subjectId = Limits.optionalText("subject_id", subjectId, Limits.ID_BYTES_MAX);
    }
  }

  record Delete(Ref ref, @Nullable Long expectedVersion, @Nullable IdempotencyKey idempotencyKey)
      implements StateCommand {}

  record ListPage(
      NamespacePath namespace, @Nullable String agentId, int pageSize, @Nullable String page)
      implements StateCommand {
    public ListPage {
      agentId = Limits.optionalText("agent_id", agentId, Limits.ID_BYTES_MAX);
      pageSize = MemoryCommand.requirePageSize(pageSize);
    }
  }
}
