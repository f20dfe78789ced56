package io.rekindle.node.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a namespace is asked for with. Its model decides the form of the vectors; with {@code
 * external} the caller does.
 *
 * @param dimensions 0 for the model's
 * @param distance null for the model's, cosine with {@code external}
 * @param declaredPaths as in {@link NamespaceSettings}, like what follows
 */
public record NewNamespace(
    EmbeddingModelId embeddingModel,
    int dimensions,
    @Nullable Distance distance,
    List<String> declaredPaths,
    boolean dedupeContent,
    int slices,
    WordLanguage wordLanguage) {
  public NewNamespace {
    if (dimensions != 0 || embeddingModel.equals(EmbeddingModelId.EXTERNAL)) {
      NamespaceSettings.requireDimensions(dimensions);
    }
    declaredPaths = NamespaceSettings.requirePaths(declaredPaths);
    NamespaceSettings.requireSlices(slices);
  }

  /** The settings, once the form of the vectors is known. */
  public NamespaceSettings settings(int decidedDimensions, Distance decidedDistance) {
    return new NamespaceSettings(
        embeddingModel,
        decidedDimensions,
        decidedDistance,
        declaredPaths,
        dedupeContent,
        slices,
        wordLanguage);
  }
}
