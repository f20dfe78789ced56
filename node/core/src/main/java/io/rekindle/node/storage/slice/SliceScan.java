package io.rekindle.node.storage.slice;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.eq;

import io.rekindle.node.index.SliceBuild;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.IndexScan;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.List;
import java.util.Set;
import org.apache.ignite.cache.query.IndexQueryCriterion;

/** Reads the rows and vectors of one slice by Ignite's index on it, never a whole partition. */
public final class SliceScan {
  private final Caches caches;
  private final SliceReader reader;
  private final RecentChanges recent;

  SliceScan(Caches caches, SliceReader reader, RecentChanges recent) {
    this.caches = caches;
    this.reader = reader;
    this.recent = recent;
  }

  /** Fills a build; the slice is registered for live changes before this is called. */
  void fill(SliceBuild build, Namespace namespace, SliceId slice) {
    Set<SliceKey> unsettled = recent.of(slice);
    rows(caches)
        .run(
            of(slice),
            (key, row) -> {
              if (!unsettled.contains(key)) {
                build.putRow(reader.row(namespace, key, row));
              }
              return true;
            });
    new IndexScan<>(caches.vector(), VectorKey.class, VectorRow.class, Columns.SLICE)
        .run(
            of(slice),
            (key, vector) -> {
              if (!unsettled.contains(key)) {
                putVector(build, key, vector);
              }
              return true;
            });
    for (SliceKey key : unsettled) {
      settle(build, namespace, key);
    }
  }

  /** The cache itself was changed before the index, so it knows the truth of these keys. */
  private void settle(SliceBuild build, Namespace namespace, SliceKey key) {
    if (key instanceof MemoryKey memory) {
      MemoryRow row = caches.memory().get(memory);
      if (row != null) {
        build.putRow(reader.row(namespace, memory, row));
      }
    } else if (key instanceof VectorKey vector) {
      VectorRow row = caches.vector().get(vector);
      if (row != null) {
        putVector(build, vector, row);
      }
    }
  }

  private void putVector(SliceBuild build, VectorKey key, VectorRow row) {
    build.putVector(key.memoryId(), key.chunk(), row.contentVersion(), reader.vector(key, row));
  }

  /** The rows of this node by slice; to be run with {@link #of}. */
  public static IndexScan<MemoryKey, MemoryRow> rows(Caches caches) {
    return new IndexScan<>(caches.memory(), MemoryKey.class, MemoryRow.class, Columns.SLICE);
  }

  /** The criteria of one slice. */
  public static List<IndexQueryCriterion> of(SliceId slice) {
    return List.of(eq(Columns.SLICE, slice.value()));
  }
}
