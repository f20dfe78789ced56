package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memories.
 *
 * <p>Thread-safe. A row that the pass's row filter rejects does not exist for it; expired rows
 * exist for nobody. {@code lineage} is the API key id that an idempotency key belongs to.
 */
public interface MemoryStore {
  /**
   * Stores one memory with its agent taken from {@code agentId}, never from the draft, and its id,
   * if it is new, from {@code newId}: the draft's, or one that was minted for it.
   *
   * <p>A draft with an {@code external_key} or {@code memory_id} that a visible row has is refused
   * with MEMORY_EXISTS and that row's id; when the row is hidden, with UNIQUE_CONFLICT and no id.
   * In a namespace with dedupe a visible duplicate is answered with {@code created} false.
   *
   * @throws io.rekindle.node.error.RekindleException MEMORY_EXISTS, UNIQUE_CONFLICT,
   *     IDEMPOTENCY_CONFLICT, PERMISSION_DENIED when the row would be hidden from its own writer
   */
  Reply.StoreResult store(
      Pass pass,
      Namespace namespace,
      MemoryDraft draft,
      MemoryId newId,
      @Nullable String agentId,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage);

  /** Whether there is a row, expired or not. */
  boolean holds(SystemPass pass, Namespace namespace, MemoryId memoryId);

  /**
   * Reads one memory, with the vector if a caller brought it.
   *
   * @throws io.rekindle.node.error.RekindleException MEMORY_NOT_FOUND when absent, expired, hidden
   */
  Memory get(Pass pass, Namespace namespace, MemoryId memoryId);

  /** As {@link #get}, by the caller's own key. */
  Memory getByExternalKey(Pass pass, Namespace namespace, String externalKey);

  /**
   * Changes one memory; a change of content makes it pending again and drops its vectors.
   *
   * @param expectedVersion null changes whatever version is there
   * @throws io.rekindle.node.error.RekindleException MEMORY_NOT_FOUND; VERSION_CONFLICT with {@code
   *     current_version}; PERMISSION_DENIED when the changed row would be hidden from its writer
   */
  Memory update(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      MemoryPatch patch,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage);

  /**
   * Deletes one memory with its vectors, uniqueness, idempotency and access records.
   *
   * @throws io.rekindle.node.error.RekindleException MEMORY_NOT_FOUND, VERSION_CONFLICT
   */
  void delete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage);

  /**
   * Lists newest first.
   *
   * @param filter the caller's; ANDed to the pass's row filter
   * @param withVectors whether memories come with the vectors that callers brought
   * @throws io.rekindle.node.error.RekindleException LIMIT_EXCEEDED when an undeclared metadata
   *     path would open more than 30,000 rows; names the path
   */
  MemoryPage list(
      Pass pass,
      List<Namespace> namespaces,
      Filter filter,
      int pageSize,
      @Nullable Cursor after,
      boolean withVectors);

  /**
   * Finds the best memories of all the namespaces together.
   *
   * @param after only what comes behind this place among the best; null for all of them
   * @throws io.rekindle.node.error.RekindleException MODEL_MISMATCH when meaning counts and the
   *     namespaces have not the same model, dimensions and distance; LIMIT_EXCEEDED as for {@link
   *     #list}
   */
  SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery query,
      SearchResult.@Nullable Position after);

  /**
   * Expired memories of this node, for the audited expiry sweep: what expired first comes first.
   *
   * @param after only what comes behind this one, which may be gone; null for all
   */
  List<ExpiredMemory> findExpired(Pass pass, @Nullable ExpiredMemory after, int limit);

  /**
   * Deletes what {@link #findExpired} gave, unless it is gone or its time was prolonged.
   *
   * @return whether it did
   */
  boolean deleteExpired(Pass pass, ExpiredMemory expired);

  /** Drops idempotency records past their lifetime; returns how many. */
  int dropExpiredIdempotency(Pass pass, int limit);
}
