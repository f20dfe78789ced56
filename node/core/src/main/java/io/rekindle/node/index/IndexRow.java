package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.MemoryColumns;
import java.util.Map;

/**
 * A row as the index takes it.
 *
 * @param declared the scalars at the declared metadata paths: text, number or truth; a path that
 *     the row lacks is left out, one that is not declared is ignored
 */
public record IndexRow(MemoryColumns columns, Map<String, Filter.Literal> declared) {
  public IndexRow {
    declared = Map.copyOf(declared);
  }
}
