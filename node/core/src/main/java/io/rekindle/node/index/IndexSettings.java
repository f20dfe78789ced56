package io.rekindle.node.index;

import io.rekindle.node.model.Distance;
import io.rekindle.node.model.Limits;
import java.util.List;

/**
 * What a slice index is made for; fixed for its life.
 *
 * @param dimensions of every vector, 2 to 4,096
 * @param declaredPaths metadata paths kept as columns, at most 16, without repetition
 */
public record IndexSettings(int dimensions, Distance distance, List<String> declaredPaths) {
  public IndexSettings {
    declaredPaths = declaredPaths.stream().distinct().toList();
    if (dimensions < Limits.VECTOR_DIMENSIONS_MIN || dimensions > Limits.VECTOR_DIMENSIONS_MAX) {
      throw new IllegalArgumentException("dimensions are from 2 to 4096");
    }
    if (declaredPaths.size() > Limits.DECLARED_PATHS_MAX) {
      throw new IllegalArgumentException("at most 16 metadata paths are declared");
    }
  }
}
