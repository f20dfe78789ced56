package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.EmbeddedChunk;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.PendingMemory;
import io.rekindle.node.storage.PendingText;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;

/** The vectors in Ignite. */
public final class IgniteVectorStore implements VectorStore {
  private final Caches caches;
  private final OpenNamespaces open;
  private final Transactions transactions;
  private final SealedMemories sealed;
  private final MemoryView view;
  private final DueMemories due;
  private final VectorSweep sweep;
  private final InstantSource clock;

  /**
   * @param searchesWait whether searches wait for an index: then nobody needs the sweep first
   */
  public IgniteVectorStore(
      Ignite ignite,
      Caches caches,
      Transactions transactions,
      Keyring keyring,
      NamespacesById namespaces,
      OpenNamespaces open,
      BooleanSupplier searchesWait,
      InstantSource clock) {
    this.caches = caches;
    this.open = open;
    this.transactions = transactions;
    this.clock = clock;
    this.sealed = new SealedMemories(keyring);
    this.view = new MemoryView(caches, sealed, clock);
    this.due = new DueMemories(caches, transactions, namespaces, clock);
    this.sweep = new VectorSweep(ignite, caches, transactions, namespaces, searchesWait);
  }

  @Override
  public @Nullable PendingText openPending(Pass pass, Namespace namespace, MemoryId memoryId) {
    pass.check(Action.GET, namespace.path());
    MemoryKey key = MemoryView.key(namespace, memoryId);
    MemoryView.Opened opened =
        view.find(namespace, key, caches.memory().get(key), pass.rowFilter(namespace.path()));
    if (opened == null || opened.columns().hasEmbedding()) {
      return null;
    }
    return new PendingText(
        opened.payload().content(),
        opened.columns().contentVersion(),
        opened.columns().embeddingModel());
  }

  @Override
  public ContentState stateOf(
      Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion) {
    pass.check(Action.SEARCH, namespace.path());
    MemoryKey key = MemoryView.key(namespace, memoryId);
    MemoryRow row = caches.memory().get(key);
    if (row == null
        || row.contentVersion() != contentVersion
        || !view.shows(namespace, key, row, pass.rowFilter(namespace.path()))) {
      return ContentState.GONE;
    }
    return switch (row.columns(memoryId).embeddingStatus()) {
      case PENDING -> ContentState.PENDING;
      case FAILED -> ContentState.FAILED;
      case EMBEDDED -> ContentState.EMBEDDED;
    };
  }

  /**
   * A commit shows its rows one after the other, to readers and to the index: the row says EMBEDDED
   * a moment before the last vector is there. Its lock is free when all of them are.
   */
  @Override
  public void awaitCommit(Pass pass, Namespace namespace, MemoryId memoryId) {
    pass.check(Action.SEARCH, namespace.path());
    MemoryKey key = MemoryView.key(namespace, memoryId);
    boolean _ =
        transactions.run(
            () ->
                () -> {
                  var _ = caches.memory().get(key);
                  return true;
                });
  }

  @Override
  public boolean complete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      long contentVersion,
      EmbeddingModelId model,
      List<EmbeddedChunk> chunks) {
    pass.check(Action.UPDATE, namespace.path());
    if (chunks.isEmpty()) {
      throw new IllegalArgumentException("a memory has at least one vector");
    }
    chunks.forEach(chunk -> VectorChecks.requireDimensions(namespace, chunk.vector()));
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      return complete(namespace, memoryId, contentVersion, model, chunks);
    }
  }

  private boolean complete(
      Namespace namespace,
      MemoryId memoryId,
      long contentVersion,
      EmbeddingModelId model,
      List<EmbeddedChunk> chunks) {
    MemoryKey key = MemoryView.key(namespace, memoryId);
    List<VectorRow> vectors = new ArrayList<>(chunks.size());
    for (int i = 0; i < chunks.size(); i++) {
      EmbeddedChunk chunk = chunks.get(i);
      vectors.add(
          sealed.sealVector(
              namespace,
              new VectorKey(key, i),
              contentVersion,
              chunks.size() == 1 ? null : chunk.span(),
              chunk.vector()));
    }
    return transactions.run(
        () ->
            () -> {
              MemoryRow row = caches.memory().get(key);
              if (!isWaiting(key, row, contentVersion)
                  || !row.columns(memoryId).embeddingModel().equals(model)) {
                return false;
              }
              caches.memory().put(key, row.with(EmbeddingStatus.EMBEDDED, vectors.size()));
              for (int chunk = 0; chunk < vectors.size(); chunk++) {
                caches.vector().put(new VectorKey(key, chunk), vectors.get(chunk));
              }
              return true;
            });
  }

  @Override
  public boolean fail(Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion) {
    pass.check(Action.UPDATE, namespace.path());
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      return fail(MemoryView.key(namespace, memoryId), contentVersion);
    }
  }

  private boolean fail(MemoryKey key, long contentVersion) {
    return transactions.run(
        () ->
            () -> {
              MemoryRow row = caches.memory().get(key);
              if (row == null
                  || row.columns(key.memoryId()).hasEmbedding()
                  || (contentVersion != ANY_CONTENT && row.contentVersion() != contentVersion)) {
                return false;
              }
              caches.memory().put(key, row.failed(Micros.of(clock.instant())));
              return true;
            });
  }

  private static boolean isWaiting(MemoryKey key, @Nullable MemoryRow row, long contentVersion) {
    if (row == null) {
      return false;
    }
    MemoryColumns columns = row.columns(key.memoryId());
    return !columns.hasEmbedding() && columns.contentVersion() == contentVersion;
  }

  @Override
  public boolean visitPending(
      Pass pass,
      EmbeddingStatus status,
      @Nullable PendingMemory after,
      Predicate<PendingMemory> visitor) {
    return due.visitPending(pass, status, after, visitor);
  }

  @Override
  public SweepResult sweep(Pass pass, int partition) {
    return sweep.sweep(pass, partition);
  }

  @Override
  public int partitions() {
    return CacheConfigurations.SLICE_PARTITIONS;
  }
}
