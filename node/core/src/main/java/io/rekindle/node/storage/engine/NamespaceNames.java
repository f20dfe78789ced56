package io.rekindle.node.storage.engine;

import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.gt;
import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.gte;
import static org.apache.ignite.cache.query.IndexQueryCriteriaBuilder.lt;

import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.Columns;
import io.rekindle.node.storage.row.IndexScan;
import io.rekindle.node.storage.row.NamespaceRow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.IndexQueryCriterion;
import org.jspecify.annotations.Nullable;

/** Walks along the names of namespaces in their order, by Ignite's index on the key. */
final class NamespaceNames {
  /** The character behind the separator: what lies below {@code a} is from "a/" up to "a0". */
  private static final char BEHIND_SEPARATOR = '/' + 1;

  private final IgniteCache<String, NamespaceRow> namespaces;
  private final IndexScan<String, NamespaceRow> byPath;

  NamespaceNames(IgniteCache<String, NamespaceRow> namespaces) {
    this.namespaces = namespaces;
    this.byPath = new IndexScan<>(namespaces, String.class, NamespaceRow.class, Columns.PATH);
  }

  /**
   * Visits namespaces until the visitor says false.
   *
   * @param below only this path, which comes first, and what lies below it; null for all
   * @param after only what comes behind this path; null for all
   * @return whether the visitor said false
   */
  boolean walk(
      @Nullable NamespacePath below,
      @Nullable NamespacePath after,
      BiPredicate<NamespacePath, NamespaceRow> visitor) {
    if (below != null && after == null) {
      NamespaceRow itself = namespaces.get(below.toString());
      if (itself != null && !visitor.test(below, itself)) {
        return true;
      }
    }
    return byPath.run(
        range(below, after),
        (name, row) -> {
          NamespacePath path = NamespacePath.parse(name);
          return path.equals(below) || visitor.test(path, row);
        });
  }

  private static List<IndexQueryCriterion> range(
      @Nullable NamespacePath below, @Nullable NamespacePath after) {
    List<IndexQueryCriterion> range = new ArrayList<>(2);
    boolean afterItself = after == null || after.equals(below);
    if (below != null) {
      range.add(lt(Columns.PATH, below + String.valueOf(BEHIND_SEPARATOR)));
      if (afterItself) {
        range.add(gte(Columns.PATH, below + "/"));
      }
    }
    if (after != null && !afterItself) {
      range.add(gt(Columns.PATH, after.toString()));
    }
    return range;
  }
}
