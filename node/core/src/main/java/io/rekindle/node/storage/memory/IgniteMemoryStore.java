package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.ExpiredMemory;
import io.rekindle.node.storage.MemoryPage;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SearchResult;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.UniqueRow;
import io.rekindle.node.storage.slice.SliceIndexes;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The memories in Ignite. */
public final class IgniteMemoryStore implements MemoryStore {
  private final Caches caches;
  private final OpenNamespaces open;
  private final SealedMemories sealed;
  private final MemoryView view;
  private final StoreMemory store;
  private final UpdateMemory update;
  private final DeleteMemory delete;
  private final ListMemories list;
  private final SearchMemories search;
  private final DueMemories due;

  public IgniteMemoryStore(
      Caches caches,
      Transactions transactions,
      Keyring keyring,
      Replays replays,
      SliceIndexes indexes,
      NamespacesById namespaces,
      OpenNamespaces open,
      InstantSource clock) {
    this.caches = caches;
    this.open = open;
    this.sealed = new SealedMemories(keyring);
    this.view = new MemoryView(caches, sealed, clock);
    this.delete = new DeleteMemory(caches, transactions, view, replays);
    this.store = new StoreMemory(caches, transactions, sealed, view, replays, delete);
    this.update = new UpdateMemory(caches, transactions, sealed, view, replays);
    this.list = new ListMemories(caches, indexes, view);
    this.search = new SearchMemories(caches, indexes, view);
    this.due = new DueMemories(caches, transactions, namespaces, clock);
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
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      return store.store(pass, namespace, draft, newId, agentId, idempotencyKey, lineage);
    }
  }

  @Override
  public boolean holds(SystemPass pass, Namespace namespace, MemoryId memoryId) {
    pass.check(Action.GET, namespace.path());
    return caches.memory().containsKey(MemoryView.key(namespace, memoryId));
  }

  @Override
  public Memory get(Pass pass, Namespace namespace, MemoryId memoryId) {
    pass.check(Action.GET, namespace.path());
    MemoryKey key = MemoryView.key(namespace, memoryId);
    return view.memoryWithVector(
        namespace,
        key,
        view.get(namespace, key, caches.memory().get(key), pass.rowFilter(namespace.path())));
  }

  @Override
  public Memory getByExternalKey(Pass pass, Namespace namespace, String externalKey) {
    pass.check(Action.GET, namespace.path());
    UniqueRow holder = caches.uniqueKey().get(sealed.externalKey(namespace, externalKey));
    if (holder == null) {
      throw MemoryView.notFound();
    }
    Memory memory = get(pass, namespace, holder.memoryId());
    if (!externalKey.equals(memory.columns().externalKey())) {
      throw MemoryView.notFound();
    }
    return memory;
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
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      return update.update(
          pass, namespace, memoryId, expectedVersion, patch, idempotencyKey, lineage);
    }
  }

  @Override
  public void delete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      delete.delete(pass, namespace, memoryId, expectedVersion, idempotencyKey, lineage);
    }
  }

  @Override
  public MemoryPage list(
      Pass pass,
      List<Namespace> namespaces,
      Filter filter,
      int pageSize,
      @Nullable Cursor after,
      boolean withVectors) {
    return list(pass, SliceSelection.all(namespaces), filter, pageSize, after, withVectors);
  }

  /**
   * As {@link #list(Pass, List, Filter, int, Cursor, boolean)}, of some slices.
   *
   * @throws io.rekindle.node.error.RekindleException NOT_READY also when this node does not own all
   *     of them
   */
  public MemoryPage list(
      Pass pass,
      SliceSelection selection,
      Filter filter,
      int pageSize,
      @Nullable Cursor after,
      boolean withVectors) {
    return list.list(pass, selection, filter, pageSize, after, withVectors);
  }

  @Override
  public SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery query,
      SearchResult.@Nullable Position after) {
    return search(
        pass, namespaces, query, after, here(pass, SliceSelection.all(namespaces), query));
  }

  /**
   * As {@link #search(Pass, List, SearchQuery, SearchResult.Position)}, of what a source finds.
   *
   * @param namespaces those that the source asks
   */
  public SearchResult search(
      Pass pass,
      List<Namespace> namespaces,
      SearchQuery query,
      SearchResult.@Nullable Position after,
      SearchSource source) {
    return search.search(pass, namespaces, query, after, source);
  }

  /**
   * What a search finds in slices of this node; refuses as {@link #list(Pass, SliceSelection,
   * Filter, int, Cursor, boolean)} those of another.
   */
  public SearchSource here(Pass pass, SliceSelection selection, SearchQuery query) {
    return search.here(pass, selection, query);
  }

  /** What a search asks of each slice, wherever that is. */
  public List<SliceQuery> queries(Pass pass, SliceSelection selection, SearchQuery query) {
    return search.queries(pass, selection, query);
  }

  /** The slice that knows which memory has a caller's own key. */
  public SliceId sliceOfExternalKey(Namespace namespace, String externalKey) {
    return sealed.externalKey(namespace, externalKey).slice();
  }

  @Override
  public List<ExpiredMemory> findExpired(Pass pass, @Nullable ExpiredMemory after, int limit) {
    return due.findExpired(pass, after, limit);
  }

  @Override
  public boolean deleteExpired(Pass pass, ExpiredMemory expired) {
    Namespace namespace = expired.namespace();
    pass.check(Action.DELETE, namespace.path());
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      return delete.removeExpired(namespace, MemoryView.key(namespace, expired.memoryId()));
    }
  }

  @Override
  public int dropExpiredIdempotency(Pass pass, int limit) {
    return due.dropExpiredIdempotency(pass, limit);
  }

  /** Deletes one memory whatever it is, without its records; its namespace goes. */
  public void removeWithNamespace(MemoryKey key) {
    delete.removeWithNamespace(key);
  }
}
