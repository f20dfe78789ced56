package io.rekindle.node.index;

import io.rekindle.node.model.Distance;
import io.rekindle.node.model.Limits;
import java.util.List;

/**
 * What a slice index is made for; fixed for its life.
 *
 * @param dimensions of every vector, 2 to 4,096
 * @param declaredPaths metadata paths kept as columns, at most 16, without repetition
 * @param codesFrom number of vectors from which codes are made, at least 1
 * @param listsFrom number of vectors from which these are kept in lists, at least {@code codesFrom}
 * @param gatherMax vectors up to which a search that could go by codes judges those under a
 *     selective filter instead, exactly; an exact search does so for any number that is faster. 0
 *     for neither
 * @param floatsMax number of vectors up to which their floats are kept, 0 for never; of more the
 *     index asks {@link ExactVectors} for the few that it needs
 */
public record IndexSettings(
    int dimensions,
    Distance distance,
    List<String> declaredPaths,
    int codesFrom,
    int listsFrom,
    int gatherMax,
    int floatsMax) {
  /** Measured, see docs/benchmarks.md. */
  public static final int GATHER_MAX = 20_000;

  /** Of an index that always keeps floats. */
  public IndexSettings(
      int dimensions,
      Distance distance,
      List<String> declaredPaths,
      int codesFrom,
      int listsFrom,
      int gatherMax) {
    this(dimensions, distance, declaredPaths, codesFrom, listsFrom, gatherMax, Integer.MAX_VALUE);
  }

  /** With the default bound of gathering. */
  public IndexSettings(
      int dimensions, Distance distance, List<String> declaredPaths, int codesFrom, int listsFrom) {
    this(dimensions, distance, declaredPaths, codesFrom, listsFrom, GATHER_MAX);
  }

  /** Of an index that never has codes. */
  public IndexSettings(int dimensions, Distance distance, List<String> declaredPaths) {
    this(dimensions, distance, declaredPaths, Integer.MAX_VALUE);
  }

  /** Of an index that never has lists. */
  public IndexSettings(
      int dimensions, Distance distance, List<String> declaredPaths, int codesFrom) {
    this(dimensions, distance, declaredPaths, codesFrom, Integer.MAX_VALUE);
  }

  public IndexSettings {
    declaredPaths = declaredPaths.stream().distinct().toList();
    if (dimensions < Limits.VECTOR_DIMENSIONS_MIN || dimensions > Limits.VECTOR_DIMENSIONS_MAX) {
      throw new IllegalArgumentException("dimensions are from 2 to 4096");
    }
    if (declaredPaths.size() > Limits.DECLARED_PATHS_MAX) {
      throw new IllegalArgumentException("at most 16 metadata paths are declared");
    }
    if (codesFrom < 1) {
      throw new IllegalArgumentException("codes are made from 1 vector on or later");
    }
    if (listsFrom < codesFrom) {
      throw new IllegalArgumentException("there are no lists of fewer vectors than have codes");
    }
    if (gatherMax < 0) {
      throw new IllegalArgumentException("at least no row is gathered");
    }
    if (floatsMax < 0) {
      throw new IllegalArgumentException("floats are kept of no vector at least");
    }
  }

  /** The same, but keeping floats of any number of vectors. */
  IndexSettings withFloats() {
    return new IndexSettings(
        dimensions, distance, declaredPaths, codesFrom, listsFrom, gatherMax, Integer.MAX_VALUE);
  }
}
