package io.rekindle.node.access.filter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a filter is tested against: one row's columns and, when it comes to that, its metadata. */
public interface FilterRow {
  /**
   * The value of a column as the literal of its type, or null when the row has none; not for {@link
   * Filter.Column#TAGS} and {@link Filter.Column#PATH}.
   */
  Filter.@Nullable Literal column(Filter.Column column);

  /** The values of TAGS, or the labels of PATH. */
  List<String> labels(Filter.Column column);

  /** The scalar at a metadata path, or null when there is none (an object or array counts so). */
  Filter.@Nullable Literal metadata(String path);
}
