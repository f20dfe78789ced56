package io.rekindle.node.maintenance.expiry;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A store of which only expiry is there. As in the real one, no other method sees an expired row.
 */
final class ExpiringMemories implements MemoryStore {
  final List<ExpiredMemory> expired = new ArrayList<>();
  final Set<MemoryId> damaged = new HashSet<>();
  final Set<MemoryId> gone = new HashSet<>();
  int idempotencyRecords;

  @Override
  public List<ExpiredMemory> findExpired(Pass pass, @Nullable ExpiredMemory after, int limit) {
    Comparator<ExpiredMemory> order =
        Comparator.comparing(ExpiredMemory::expiresAt).thenComparing(ExpiredMemory::memoryId);
    return expired.stream()
        .filter(memory -> after == null || order.compare(memory, after) > 0)
        .sorted(order)
        .limit(limit)
        .toList();
  }

  @Override
  public boolean deleteExpired(Pass pass, ExpiredMemory memory) {
    if (damaged.contains(memory.memoryId())) {
      throw new RekindleException(ErrorCode.DATA_CORRUPTED, "a page does not open");
    }
    return expired.remove(memory) && !gone.contains(memory.memoryId());
  }

  @Override
  public int dropExpiredIdempotency(Pass pass, int limit) {
    int dropped = Math.min(limit, idempotencyRecords);
    idempotencyRecords -= dropped;
    return dropped;
  }

  @Override
  public void delete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    throw new RekindleException(
        ErrorCode.MEMORY_NOT_FOUND, "an expired memory is there for nobody");
  }

  @Override
  public boolean holds(SystemPass pass, Namespace namespace, MemoryId memoryId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Reply.StoreResult store(
      Pass pass,
      Namespace namespace,
      MemoryDraft draft,
      MemoryId newId,
      @Nullable String agentId,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Memory get(Pass pass, Namespace namespace, MemoryId memoryId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Memory getByExternalKey(Pass pass, Namespace namespace, String externalKey) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Memory update(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      MemoryPatch patch,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MemoryPage list(
      Pass pass,
      List<Namespace> namespaces,
      Filter filter,
      int pageSize,
      @Nullable Cursor after,
      boolean withVectors) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery query,
      SearchResult.@Nullable Position after) {
    throw new UnsupportedOperationException();
  }
}
