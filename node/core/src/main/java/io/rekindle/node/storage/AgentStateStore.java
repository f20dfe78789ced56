package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * Small JSON values under (namespace, agent, key). Thread-safe.
 *
 * <p>The row filter of a pass is about memories; of its columns a state has {@code agent_id},
 * {@code version}, {@code created_at} and {@code updated_at}, and a condition on any other is
 * false.
 */
public interface AgentStateStore {
  /**
   * Reads one value.
   *
   * @throws io.rekindle.node.error.RekindleException STATE_NOT_FOUND
   */
  AgentState get(Pass pass, Namespace namespace, String agentId, String key);

  /**
   * Compare-and-set.
   *
   * @param value JSON within its limits
   * @param expectedVersion null sets whatever is there, 0 demands that nothing is
   * @throws io.rekindle.node.error.RekindleException VERSION_CONFLICT with {@code current_version};
   *     IDEMPOTENCY_CONFLICT; PERMISSION_DENIED when the value would be hidden from its writer
   */
  AgentState set(
      Pass pass,
      Namespace namespace,
      String agentId,
      String key,
      String value,
      @Nullable Long expectedVersion,
      @Nullable String subjectId,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage);

  /**
   * Deletes one value.
   *
   * @throws io.rekindle.node.error.RekindleException STATE_NOT_FOUND, VERSION_CONFLICT
   */
  void delete(
      Pass pass,
      Namespace namespace,
      String agentId,
      String key,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage);

  /**
   * Lists by agent and key.
   *
   * @param agentId only this agent's, or null for all
   * @param after the last state of the page before, or null
   */
  Page<AgentState> list(
      Pass pass,
      Namespace namespace,
      @Nullable String agentId,
      int pageSize,
      @Nullable StateCursor after);

  /** Where a list of states goes on. */
  record StateCursor(String agentId, String key) {}
}
