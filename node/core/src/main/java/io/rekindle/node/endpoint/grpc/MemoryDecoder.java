package io.rekindle.node.endpoint.grpc;

import io.rekindle.node.model.Limits;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.WaitFor;
import io.rekindle.v1.BatchDeleteMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.DeleteMemoryItem;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests of MemoryService to commands. */
final class MemoryDecoder {
  private static final int TOP_K_DEFAULT = 10;
  private static final double RECALL_TARGET_DEFAULT = 0.98;

  private MemoryDecoder() {}

  static MemoryCommand.Store store(StoreMemoryRequest request, @Nullable NamespacePath namespace) {
    return new MemoryCommand.Store(
        Fields.namespace(request.getNamespace(), namespace),
        List.of(item(request.getMemory(), request.getIdempotencyKey())));
  }

  static MemoryCommand.Store batchStore(
      BatchStoreMemoriesRequest request, @Nullable NamespacePath namespace) {
    requireBatch(request.getMemoriesCount());
    return new MemoryCommand.Store(
        Fields.namespace(request.getNamespace(), namespace),
        request.getMemoriesList().stream().map(MemoryDecoder::item).toList());
  }

  static MemoryCommand.Get get(GetMemoryRequest request, @Nullable NamespacePath namespace) {
    return new MemoryCommand.Get(
        Fields.namespace(request.getNamespace(), namespace),
        request.hasMemoryId() ? MemoryId.parse(request.getMemoryId()) : null,
        request.hasExternalKey() ? request.getExternalKey() : null);
  }

  static MemoryCommand.ListPage list(
      ListMemoriesRequest request, @Nullable NamespacePath namespace) {
    return new MemoryCommand.ListPage(
        Fields.namespaces(request.getNamespacesList(), namespace),
        request.getFilter(),
        request.getPageSize(),
        Fields.optional(request.getPageToken()),
        false);
  }

  static MemoryCommand.ListPage export(
      ExportMemoriesRequest request, @Nullable String page, @Nullable NamespacePath namespace) {
    return new MemoryCommand.ListPage(
        Fields.namespaces(request.getNamespacesList(), namespace),
        request.getFilter(),
        request.getPageSize(),
        page == null ? Fields.optional(request.getPageToken()) : page,
        true);
  }

  static MemoryCommand.Search search(
      SearchMemoriesRequest request,
      GateCalls.Patience patience,
      @Nullable NamespacePath namespace) {
    return new MemoryCommand.Search(
        Fields.namespaces(request.getNamespacesList(), namespace),
        request.hasQuery() ? request.getQuery() : null,
        request.hasVector() ? Fields.vector(request.getVector().getValuesList()) : null,
        request.getTopK() == 0 ? TOP_K_DEFAULT : request.getTopK(),
        request.hasMinScore() ? request.getMinScore() : null,
        request.getFilter(),
        Fields.optional(request.getPageToken()),
        request.hasRecallTarget() ? request.getRecallTarget() : RECALL_TARGET_DEFAULT,
        RankingDecoder.ranking(request),
        new WaitFor(
            request.getWaitForList(),
            request.hasWaitTimeout()
                ? Fields.duration("wait_timeout", request.getWaitTimeout())
                : null,
            patience.all(),
            patience.waited()));
  }

  static MemoryCommand.Update update(
      UpdateMemoryRequest request, @Nullable NamespacePath namespace) {
    Memory memory = request.getMemory();
    return new MemoryCommand.Update(
        Fields.namespace(request.getNamespace(), namespace),
        MemoryId.parse(memory.getMemoryId()),
        request.hasExpectedVersion() ? request.getExpectedVersion() : null,
        PatchDecoder.patch(memory, request.getUpdateMask().getPathsList()),
        Fields.idempotencyKey(request.getIdempotencyKey()));
  }

  static MemoryCommand.Delete delete(
      DeleteMemoryRequest request, @Nullable NamespacePath namespace) {
    return new MemoryCommand.Delete(
        Fields.namespace(request.getNamespace(), namespace),
        List.of(
            new MemoryCommand.DeleteItem(
                MemoryId.parse(request.getMemoryId()),
                request.hasExpectedVersion() ? request.getExpectedVersion() : null,
                Fields.idempotencyKey(request.getIdempotencyKey()))));
  }

  static MemoryCommand.Delete batchDelete(
      BatchDeleteMemoriesRequest request, @Nullable NamespacePath namespace) {
    requireBatch(request.getMemoriesCount());
    return new MemoryCommand.Delete(
        Fields.namespace(request.getNamespace(), namespace),
        request.getMemoriesList().stream().map(MemoryDecoder::item).toList());
  }

  /** Before the items are read, so that a flood of tiny ones costs nothing. */
  private static void requireBatch(int items) {
    Limits.requireAtMost("memories", items, Limits.BATCH_ITEMS_MAX, "items");
  }

  private static MemoryCommand.DeleteItem item(DeleteMemoryItem item) {
    return new MemoryCommand.DeleteItem(
        MemoryId.parse(item.getMemoryId()),
        item.hasExpectedVersion() ? item.getExpectedVersion() : null,
        Fields.idempotencyKey(item.getIdempotencyKey()));
  }

  private static MemoryCommand.StoreItem item(StoreMemoryItem item) {
    return item(item.getMemory(), item.getIdempotencyKey());
  }

  private static MemoryCommand.StoreItem item(Memory memory, String idempotencyKey) {
    MemoryDraft draft =
        new MemoryDraft(
            memory.getMemoryId().isEmpty() ? null : MemoryId.parse(memory.getMemoryId()),
            memory.getExternalKey(),
            memory.getPathList(),
            memory.getAgentId(),
            memory.getSessionId(),
            memory.getSubjectId(),
            memory.getMemoryType(),
            memory.getTagsList(),
            sensitivity(memory.getSensitivity()),
            memory.hasImportance() ? memory.getImportance() : MemoryDraft.DEFAULT_IMPORTANCE,
            memory.hasExpiresAt() ? Fields.instant("expires_at", memory.getExpiresAt()) : null,
            memory.getContent(),
            Fields.optional(memory.getMetadata()),
            memory.getSource(),
            memory.getVectorCount() == 0 ? null : Fields.vector(memory.getVectorList()));
    return new MemoryCommand.StoreItem(draft, Fields.idempotencyKey(idempotencyKey));
  }

  /** Unspecified means internal: what nobody classified is not for the public. */
  static Sensitivity sensitivity(io.rekindle.v1.Sensitivity sensitivity) {
    return switch (sensitivity) {
      case SENSITIVITY_PUBLIC -> Sensitivity.PUBLIC;
      case SENSITIVITY_UNSPECIFIED, SENSITIVITY_INTERNAL -> Sensitivity.INTERNAL;
      case SENSITIVITY_CONFIDENTIAL -> Sensitivity.CONFIDENTIAL;
      case SENSITIVITY_RESTRICTED -> Sensitivity.RESTRICTED;
      case UNRECOGNIZED -> throw Fields.unknownValue("sensitivity");
    };
  }
}
