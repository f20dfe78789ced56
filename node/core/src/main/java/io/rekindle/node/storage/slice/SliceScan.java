package io.rekindle.node.storage.slice;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.eq;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.SliceBuild;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.IndexScan;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.SliceOwners;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ignite.cache.query.IndexQueryCriterion;

/**
 * Reads the rows and vectors of one slice by Ignite's index on it, never a whole partition.
 *
 * <p>It names the partition, because a query of a node without one leaves out what the node holds
 * as a backup: an index follows its partition, whoever owns that.
 */
public final class SliceScan {
  /** Of so many the middle one is near to that of all. */
  private static final int SOME_KEYS = 255;

  private final Caches caches;
  private final SliceReader reader;
  private final RecentChanges recent;
  private final SliceOwners owners;

  SliceScan(Caches caches, SliceReader reader, RecentChanges recent) {
    this.caches = caches;
    this.reader = reader;
    this.recent = recent;
    this.owners = SliceOwners.of(caches);
  }

  /**
   * Fills a build; the slice is registered for live changes before this is called. Where a snapshot
   * was loaded the slice is large, and its rows are read in two halves at once.
   *
   * @param loaded whether a snapshot was loaded: then only vectors that it lacks are read
   * @param progress told of each row, by two threads
   * @return how many vectors were opened
   */
  int fill(
      SliceBuild build, Namespace namespace, SliceId slice, boolean loaded, Runnable progress) {
    Set<SliceKey> unsettled = recent.of(slice);
    int partition = owners.partition(slice);
    if (!loaded) {
      Fill fill = new Fill(build, namespace, partition, unsettled);
      fill.rows(of(slice), false, progress);
      fill.vectors(slice);
      unsettled.forEach(fill::settle);
      return fill.opened;
    }
    Fill first = new Fill(build, namespace, partition, unsettled);
    Fill second = new Fill(build, namespace, partition, unsettled);
    IndexScan<MemoryKey, MemoryRow> rows = rows(caches);
    MemoryKey middle = rows.middle(someKeys(slice));
    BothAtOnce.run(
        "slice-scan",
        () -> first.rows(with(slice, rows.upTo(middle)), true, progress),
        () -> second.rows(with(slice, rows.behind(middle)), true, progress));
    unsettled.forEach(first::settle);
    return first.opened + second.opened;
  }

  private static List<MemoryKey> someKeys(SliceId slice) {
    return Stream.generate(() -> new MemoryKey(slice, new MemoryId(UUID.randomUUID())))
        .limit(SOME_KEYS)
        .toList();
  }

  private static List<IndexQueryCriterion> with(SliceId slice, IndexQueryCriterion part) {
    return Stream.concat(of(slice).stream(), Stream.of(part)).toList();
  }

  /** One build; one thread. */
  private final class Fill {
    private final SliceBuild build;
    private final Namespace namespace;
    private final int partition;
    private final Set<SliceKey> unsettled;
    private int opened;

    Fill(SliceBuild build, Namespace namespace, int partition, Set<SliceKey> unsettled) {
      this.partition = partition;
      this.build = build;
      this.namespace = namespace;
      this.unsettled = unsettled;
    }

    void rows(List<IndexQueryCriterion> which, boolean vectorsLoaded, Runnable progress) {
      boolean interrupted =
          SliceScan.rows(caches)
              .run(
                  which,
                  partition,
                  (key, row) -> {
                    if (!unsettled.contains(key)) {
                      put(key, row, vectorsLoaded);
                    }
                    progress.run();
                    return !Thread.currentThread().isInterrupted();
                  });
      if (interrupted) {
        throw new RekindleException(
            ErrorCode.NOT_READY, "the index of a slice is not built to its end");
      }
    }

    void vectors(SliceId slice) {
      new IndexScan<>(caches.vector(), VectorKey.class, VectorRow.class, Columns.SLICE)
          .run(
              of(slice),
              partition,
              (key, vector) -> {
                if (!unsettled.contains(key)) {
                  put(key, vector);
                }
                return true;
              });
    }

    /** Puts a row, and those of its vectors that are to be there by now and are not. */
    void put(MemoryKey key, MemoryRow row, boolean vectorsLoaded) {
      build.putRow(reader.row(namespace, key, row), row.chunks());
      for (int chunk = 0; vectorsLoaded && chunk < row.chunks(); chunk++) {
        if (!build.hasVector(key.memoryId(), chunk, row.contentVersion())) {
          read(new VectorKey(key, chunk));
        }
      }
    }

    void put(VectorKey key, VectorRow row) {
      opened++;
      build.putVector(key.memoryId(), key.chunk(), row.contentVersion(), reader.vector(key, row));
    }

    private void read(VectorKey key) {
      VectorRow row = caches.vector().get(key);
      if (row != null) {
        put(key, row);
      }
    }

    /** The cache itself was changed before the index, so it knows the truth of these keys. */
    void settle(SliceKey key) {
      if (key instanceof MemoryKey memory) {
        MemoryRow row = caches.memory().get(memory);
        if (row != null) {
          put(memory, row, true);
        }
      } else if (key instanceof VectorKey vector) {
        read(vector);
      }
    }
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
