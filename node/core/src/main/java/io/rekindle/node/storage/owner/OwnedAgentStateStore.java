package io.rekindle.node.storage.owner;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Pass;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.engine.IgniteAgentStateStore;
import io.rekindle.node.storage.memory.SliceSelection;
import io.rekindle.node.storage.owner.OwnerCalls.Ask;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The agent states of the cluster, wherever they are; routed, and with the errors, as in {@link
 * OwnedMemoryStore}. Thread-safe.
 */
public final class OwnedAgentStateStore implements AgentStateStore {
  private final IgniteAgentStateStore local;
  private final OwnerCalls owners;

  OwnedAgentStateStore(IgniteAgentStateStore local, OwnerCalls owners) {
    this.local = local;
    this.owners = owners;
  }

  @Override
  public AgentState get(Pass pass, Namespace namespace, String agentId, String key) {
    return owners.at(
        pass,
        local.sliceOf(namespace, agentId, key),
        true,
        () -> local.get(pass, namespace, agentId, key),
        new Ask<>(
            OwnerOperation.STATE_GET,
            out -> out.uuid(namespace.id().value()).text(agentId).text(key),
            StateMessages::state));
  }

  @Override
  public AgentState set(
      Pass pass,
      Namespace namespace,
      String agentId,
      String key,
      String value,
      @Nullable Long expectedVersion,
      @Nullable String subjectId,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    return owners.at(
        pass,
        local.sliceOf(namespace, agentId, key),
        idempotencyKey != null,
        () ->
            local.set(
                pass,
                namespace,
                agentId,
                key,
                value,
                expectedVersion,
                subjectId,
                idempotencyKey,
                lineage),
        new Ask<>(
            OwnerOperation.STATE_SET,
            out ->
                out.uuid(namespace.id().value())
                    .text(agentId)
                    .text(key)
                    .text(value)
                    .optional(expectedVersion, WireOut::int64)
                    .optText(subjectId)
                    .optional(idempotencyKey, MemoryMessages::key)
                    .text(lineage),
            StateMessages::state));
  }

  @Override
  public void delete(
      Pass pass,
      Namespace namespace,
      String agentId,
      String key,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    boolean _ =
        owners.at(
            pass,
            local.sliceOf(namespace, agentId, key),
            idempotencyKey != null,
            () -> {
              local.delete(pass, namespace, agentId, key, expectedVersion, idempotencyKey, lineage);
              return true;
            },
            new Ask<>(
                OwnerOperation.STATE_DELETE,
                out ->
                    out.uuid(namespace.id().value())
                        .text(agentId)
                        .text(key)
                        .optional(expectedVersion, WireOut::int64)
                        .optional(idempotencyKey, MemoryMessages::key)
                        .text(lineage),
                _ -> true));
  }

  @Override
  public Page<AgentState> list(
      Pass pass,
      Namespace namespace,
      @Nullable String agentId,
      int pageSize,
      @Nullable StateCursor after) {
    if (!(pass instanceof AccessPass access)) {
      return local.list(pass, namespace, agentId, pageSize, after);
    }
    List<Page<AgentState>> pages =
        owners.all(
            access,
            () -> owners.byOwner(SliceSelection.all(List.of(namespace))),
            part -> local.list(pass, part, agentId, pageSize, after),
            part ->
                new Ask<>(
                    OwnerOperation.STATE_LIST,
                    out ->
                        out.list(part.slices(), WireOut::slice)
                            .optText(agentId)
                            .int32(pageSize)
                            .optional(after, StateMessages::cursor),
                    StateMessages::page));
    return pages.size() == 1 ? pages.getFirst() : MergedPages.ofStates(pages, pageSize);
  }
}
