package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.IndexHit;
import io.rekindle.node.index.RowPosition;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.cache.Cache;
import org.apache.ignite.cache.query.ScanQuery;

/** Compares a slice's index with a plain scan of the caches, which reads no index of any kind. */
public final class IndexMirror {
  private static final int ALL = 1_000;

  private IndexMirror() {}

  /** The index as it is now, live or built by this question, holds exactly what the caches do. */
  public static void check(StorageNode node, Namespace namespace) {
    for (int ordinal = 0; ordinal < namespace.settings().slices(); ordinal++) {
      SliceId slice = SliceId.of(namespace.id(), ordinal);
      Scan scan = scan(node, slice);
      node.storage()
          .indexes()
          .ask(
              namespace,
              slice,
              index -> {
                check(scan, index);
                return true;
              });
    }
  }

  /** As above, after the index was thrown away. */
  public static void checkRebuilt(StorageNode node, Namespace namespace) {
    node.storage().indexes().forget(namespace.id());
    check(node, namespace);
  }

  private record Scan(
      Map<MemoryId, Long> versions, Map<MemoryId, Long> searchable, int vectorsOfContent) {}

  private static void check(Scan scan, SliceIndex index) {
    Set<MemoryId> selected = new HashSet<>();
    RowPosition after = null;
    while (true) {
      var page = index.select(Filter.ALL, after, ALL);
      page.forEach(row -> selected.add(row.memoryId()));
      if (page.size() < ALL) {
        break;
      }
      after = page.getLast();
    }
    assertThat(selected).as("rows").isEqualTo(scan.versions().keySet());
    assertThat(index.rows()).as("row count").isEqualTo(scan.versions().size());
    assertThat(index.vectors()).as("vectors").isEqualTo(scan.vectorsOfContent());
    if (scan.searchable().size() <= ALL) {
      Map<MemoryId, Long> found = new HashMap<>();
      for (IndexHit hit : index.search(Drafts.vectorOf(7), ALL, Float.NaN, Filter.ALL)) {
        found.put(hit.memoryId(), hit.version());
      }
      assertThat(found).as("searchable memories and versions").isEqualTo(scan.searchable());
    }
  }

  private static Scan scan(StorageNode node, SliceId slice) {
    Map<MemoryId, Long> versions = new HashMap<>();
    Map<MemoryId, Long> contentVersions = new HashMap<>();
    for (Cache.Entry<MemoryKey, MemoryRow> entry :
        node.caches().memory().query(new ScanQuery<MemoryKey, MemoryRow>())) {
      if (entry.getKey().slice().equals(slice)) {
        versions.put(entry.getKey().memoryId(), entry.getValue().version());
        contentVersions.put(entry.getKey().memoryId(), entry.getValue().contentVersion());
      }
    }
    Map<MemoryId, Long> searchable = new HashMap<>();
    int vectors = 0;
    for (Cache.Entry<VectorKey, VectorRow> entry :
        node.caches().vector().query(new ScanQuery<VectorKey, VectorRow>())) {
      MemoryId id = entry.getKey().memoryId();
      Long content = entry.getKey().slice().equals(slice) ? contentVersions.get(id) : null;
      if (content != null && content == entry.getValue().contentVersion()) {
        vectors++;
        searchable.put(id, versions.get(id));
      }
    }
    return new Scan(versions, searchable, vectors);
  }
}
