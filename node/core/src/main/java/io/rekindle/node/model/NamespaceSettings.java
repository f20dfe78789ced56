package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a namespace is created with.
 *
 * @param dimensions of the vectors; the model's, or the caller's choice for {@code external}
 * @param declaredPaths metadata paths such as {@code order.status}, filterable at full speed
 * @param dedupeContent one winner per (subject, content); the others get its id
 * @param slices 1, 2, 4 ... 64; can never change
 * @param wordLanguage of the contents
 */
public record NamespaceSettings(
    EmbeddingModelId embeddingModel,
    int dimensions,
    Distance distance,
    List<String> declaredPaths,
    boolean dedupeContent,
    int slices,
    WordLanguage wordLanguage) {
  private static final Pattern PATH =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}(\\.[A-Za-z_][A-Za-z0-9_-]{0,63}){0,7}");

  /** With English words. */
  public NamespaceSettings(
      EmbeddingModelId embeddingModel,
      int dimensions,
      Distance distance,
      List<String> declaredPaths,
      boolean dedupeContent,
      int slices) {
    this(
        embeddingModel,
        dimensions,
        distance,
        declaredPaths,
        dedupeContent,
        slices,
        WordLanguage.ENGLISH);
  }

  public NamespaceSettings {
    requireDimensions(dimensions);
    declaredPaths = requirePaths(declaredPaths);
    requireSlices(slices);
  }

  static void requireDimensions(int dimensions) {
    if (dimensions < Limits.VECTOR_DIMENSIONS_MIN || dimensions > Limits.VECTOR_DIMENSIONS_MAX) {
      throw RekindleException.invalid("dimensions", "dimensions are from 2 to 4096");
    }
  }

  static List<String> requirePaths(List<String> paths) {
    Limits.requireAtMost("declared_paths", paths.size(), Limits.DECLARED_PATHS_MAX, "paths");
    for (String path : paths) {
      if (!PATH.matcher(path).matches()) {
        throw RekindleException.invalid("declared_paths", "a metadata path is like order.status");
      }
    }
    return List.copyOf(paths);
  }

  static void requireSlices(int slices) {
    if (Integer.bitCount(slices) != 1 || slices < 1 || slices > Limits.SLICES_MAX) {
      throw RekindleException.invalid("slices", "slices are a power of two from 1 to 64");
    }
  }
}
