package io.rekindle.node.storage.owner;

import io.rekindle.node.access.AccessPass;
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
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.memory.SliceSelection;
import io.rekindle.node.storage.owner.OwnerCalls.Ask;
import java.util.List;
import java.util.Map;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/**
 * The memories of the cluster, wherever they are: what concerns one memory goes to the owner of its
 * slice, a list or a search to the owners of all its slices.
 *
 * <p>Beside the errors of {@link MemoryStore}: NOT_READY when an owner can't be asked, or when
 * access was changed while the request was under way; DEADLINE_EXCEEDED; OUTCOME_UNKNOWN when an
 * owner was lost at a write without idempotency key. Background work, which has a {@link
 * SystemPass}, stays with the local store. Thread-safe.
 */
public final class OwnedMemoryStore implements MemoryStore {
  private final IgniteMemoryStore local;
  private final OwnerCalls owners;

  OwnedMemoryStore(IgniteMemoryStore local, OwnerCalls owners) {
    this.local = local;
    this.owners = owners;
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
    return owners.at(
        pass,
        namespace.sliceOf(newId),
        idempotencyKey != null,
        () -> local.store(pass, namespace, draft, newId, agentId, idempotencyKey, lineage),
        new Ask<>(
            OwnerOperation.STORE,
            out -> {
              MemoryMessages.draft(out.uuid(namespace.id().value()), draft);
              out.id(newId)
                  .optText(agentId)
                  .optional(idempotencyKey, MemoryMessages::key)
                  .text(lineage);
            },
            MemoryMessages::stored));
  }

  @Override
  public boolean holds(SystemPass pass, Namespace namespace, MemoryId memoryId) {
    return local.holds(pass, namespace, memoryId);
  }

  @Override
  public Memory get(Pass pass, Namespace namespace, MemoryId memoryId) {
    return owners.at(
        pass,
        namespace.sliceOf(memoryId),
        true,
        () -> local.get(pass, namespace, memoryId),
        new Ask<>(
            OwnerOperation.GET,
            out -> out.uuid(namespace.id().value()).id(memoryId),
            MemoryMessages::memory));
  }

  /**
   * Where the key's record is; the memory may be on another slice, which Ignite reads from there.
   */
  @Override
  public Memory getByExternalKey(Pass pass, Namespace namespace, String externalKey) {
    return owners.at(
        pass,
        local.sliceOfExternalKey(namespace, externalKey),
        true,
        () -> local.getByExternalKey(pass, namespace, externalKey),
        new Ask<>(
            OwnerOperation.GET_BY_EXTERNAL_KEY,
            out -> out.uuid(namespace.id().value()).text(externalKey),
            MemoryMessages::memory));
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
    return owners.at(
        pass,
        namespace.sliceOf(memoryId),
        idempotencyKey != null,
        () ->
            local.update(
                pass, namespace, memoryId, expectedVersion, patch, idempotencyKey, lineage),
        new Ask<>(
            OwnerOperation.UPDATE,
            out -> {
              out.uuid(namespace.id().value())
                  .id(memoryId)
                  .optional(expectedVersion, WireOut::int64);
              MemoryMessages.patch(out, patch);
              out.optional(idempotencyKey, MemoryMessages::key).text(lineage);
            },
            MemoryMessages::memory));
  }

  @Override
  public void delete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    boolean _ =
        owners.at(
            pass,
            namespace.sliceOf(memoryId),
            idempotencyKey != null,
            () -> {
              local.delete(pass, namespace, memoryId, expectedVersion, idempotencyKey, lineage);
              return true;
            },
            new Ask<>(
                OwnerOperation.DELETE,
                out ->
                    out.uuid(namespace.id().value())
                        .id(memoryId)
                        .optional(expectedVersion, WireOut::int64)
                        .optional(idempotencyKey, MemoryMessages::key)
                        .text(lineage),
                _ -> true));
  }

  /** Rows that a filter opens are counted at each owner. */
  @Override
  public MemoryPage list(
      Pass pass,
      List<Namespace> namespaces,
      Filter filter,
      int pageSize,
      @Nullable Cursor after,
      boolean withVectors) {
    if (!(pass instanceof AccessPass access) || namespaces.isEmpty()) {
      return local.list(pass, namespaces, filter, pageSize, after, withVectors);
    }
    List<MemoryPage> pages =
        owners.all(
            access,
            () -> owners.byNode(SliceSelection.all(namespaces)),
            part -> local.list(pass, part, filter, pageSize, after, withVectors),
            part ->
                new Ask<>(
                    OwnerOperation.LIST,
                    out -> {
                      FilterMessages.filter(out.list(part.slices(), WireOut::slice), filter);
                      out.int32(pageSize).optional(after, MemoryMessages::cursor).bool(withVectors);
                    },
                    MemoryMessages::page));
    return pages.size() == 1 ? pages.getFirst() : MergedPages.ofMemories(pages, pageSize);
  }

  /** One call where all slices have one owner; else see {@link SpreadSource}. */
  @Override
  public SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery query,
      SearchResult.@Nullable Position after) {
    if (!(pass instanceof AccessPass access) || namespaces.isEmpty()) {
      return local.search(pass, namespaces, query, after);
    }
    SliceSelection all = SliceSelection.all(namespaces);
    return OwnerCalls.repeat(
        true,
        () -> {
          Map<ClusterNode, SliceSelection> parts = owners.byNode(all);
          return parts.size() == 1
              ? searchAtOne(access, parts, query, after)
              : local.search(
                  pass,
                  namespaces,
                  query,
                  after,
                  new SpreadSource(access, all, query, local, owners));
        });
  }

  private SearchResult searchAtOne(
      AccessPass pass,
      Map<ClusterNode, SliceSelection> owner,
      SearchQuery query,
      SearchResult.@Nullable Position after) {
    return owners
        .ofEach(
            pass,
            owner,
            part ->
                local.search(pass, part.namespaces(), query, after, local.here(pass, part, query)),
            part ->
                new Ask<>(
                    OwnerOperation.SEARCH,
                    out -> {
                      SearchMessages.query(out.list(part.slices(), WireOut::slice), query);
                      out.optional(after, SearchMessages::position);
                    },
                    SearchMessages::result))
        .getFirst()
        .get();
  }

  @Override
  public List<ExpiredMemory> findExpired(Pass pass, @Nullable ExpiredMemory after, int limit) {
    return local.findExpired(pass, after, limit);
  }

  @Override
  public boolean deleteExpired(Pass pass, ExpiredMemory expired) {
    return local.deleteExpired(pass, expired);
  }

  @Override
  public int dropExpiredIdempotency(Pass pass, int limit) {
    return local.dropExpiredIdempotency(pass, limit);
  }
}
