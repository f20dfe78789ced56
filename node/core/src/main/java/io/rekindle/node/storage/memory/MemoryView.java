package io.rekindle.node.storage.memory;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterEvaluator;
import io.rekindle.node.access.filter.MemoryFilterRow;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessStats;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.VectorInput;
import io.rekindle.node.storage.row.AccessRow;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** The only way by which a row leaves: alive, opened, tested. Thread-safe. */
final class MemoryView {
  private final Caches caches;
  private final SealedMemories sealed;
  private final InstantSource clock;

  MemoryView(Caches caches, SealedMemories sealed, InstantSource clock) {
    this.caches = caches;
    this.sealed = sealed;
    this.clock = clock;
  }

  /** A row with its payload open, before any filter. */
  record Opened(MemoryColumns columns, MemoryPayload payload) {
    boolean passes(Filter filter) {
      return FilterEvaluator.test(filter, MemoryFilterRow.of(columns, payload.metadata()));
    }
  }

  Opened open(Namespace namespace, MemoryKey key, MemoryRow row) {
    MemoryId id = key.memoryId();
    return new Opened(row.columns(id), sealed.open(namespace, id, row));
  }

  /** A row that is opened at most once, and only when it is asked for. One thread. */
  private final class LazilyOpened {
    private final Namespace namespace;
    private final MemoryKey key;
    private final MemoryRow row;
    private @Nullable Opened opened;

    LazilyOpened(Namespace namespace, MemoryKey key, MemoryRow row) {
      this.namespace = namespace;
      this.key = key;
      this.row = row;
    }

    Opened get() {
      Opened now = opened;
      if (now == null) {
        now = open(namespace, key, row);
        opened = now;
      }
      return now;
    }
  }

  /**
   * The row, unless it is absent, expired, or rejected by the filter. What its columns reject is
   * not opened: a hidden row takes no longer than an absent one, however large it is, and tells
   * nothing by being damaged.
   */
  @Nullable Opened find(
      Namespace namespace, MemoryKey key, @Nullable MemoryRow row, Filter filter) {
    LazilyOpened visible = visible(namespace, key, row, filter);
    return visible == null ? null : visible.get();
  }

  /** Whether {@link #find} would find the row; opens it only where the filter asks for that. */
  boolean shows(Namespace namespace, MemoryKey key, MemoryRow row, Filter filter) {
    return visible(namespace, key, row, filter) != null;
  }

  private @Nullable LazilyOpened visible(
      Namespace namespace, MemoryKey key, @Nullable MemoryRow row, Filter filter) {
    if (row == null || row.columns(key.memoryId()).expiredAt(now())) {
      return null;
    }
    LazilyOpened opened = new LazilyOpened(namespace, key, row);
    boolean passes =
        FilterEvaluator.test(
            filter,
            new MemoryFilterRow(
                row.columns(key.memoryId()), () -> opened.get().payload().metadata()));
    return passes ? opened : null;
  }

  /**
   * As {@link #find}, for a row that must be there.
   *
   * @throws RekindleException MEMORY_NOT_FOUND
   */
  Opened get(Namespace namespace, MemoryKey key, @Nullable MemoryRow row, Filter filter) {
    Opened opened = find(namespace, key, row, filter);
    if (opened == null) {
      throw notFound();
    }
    return opened;
  }

  /** As a reader sees it, with its access counts. */
  Memory memory(Namespace namespace, MemoryKey key, Opened opened) {
    return memory(namespace, key, opened, null);
  }

  /** As {@link #memory}, with the vector that the caller brought, if the namespace takes them. */
  Memory memoryWithVector(Namespace namespace, MemoryKey key, Opened opened) {
    VectorInput vector =
        VectorChecks.isExternal(namespace) ? vector(namespace, key, opened.columns()) : null;
    return memory(namespace, key, opened, vector);
  }

  private Memory memory(
      Namespace namespace, MemoryKey key, Opened opened, @Nullable VectorInput vector) {
    AccessRow access = caches.accessCount().get(key);
    return new Memory(
        namespace.path(),
        opened.columns(),
        opened.payload(),
        access == null ? AccessStats.NONE : access.stats(),
        vector);
  }

  /** Null while the row and its vector are of different contents, for a moment. */
  private @Nullable VectorInput vector(Namespace namespace, MemoryKey key, MemoryColumns columns) {
    VectorKey place = new VectorKey(key, 0);
    VectorRow row = caches.vector().get(place);
    return row == null || row.contentVersion() != columns.contentVersion()
        ? null
        : new VectorInput(sealed.openVector(namespace, place, row));
  }

  Instant now() {
    return clock.instant();
  }

  /** Refuses what would be over before it was stored: nobody could ever read it. */
  void requireFuture(@Nullable Instant expiresAt) {
    if (expiresAt != null && !expiresAt.isAfter(now())) {
      throw RekindleException.invalid("expires_at", "expires_at must lie in the future");
    }
  }

  static MemoryKey key(Namespace namespace, MemoryId id) {
    return new MemoryKey(namespace.sliceOf(id), id);
  }

  static RekindleException notFound() {
    return new RekindleException(ErrorCode.MEMORY_NOT_FOUND, "there is no such memory");
  }
}
