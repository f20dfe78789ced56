package io.rekindle.node.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models that this node can embed with. {@link EmbeddingModelId#EXTERNAL} is not one of them:
 * its vectors come from the callers.
 *
 * <p>Thread-safe. The default model loads by {@link #warmUp()}; every other one loads with its
 * first text, which takes about a second longer, so that a node without a namespace that has it
 * pays neither memory nor start time.
 */
public final class ModelRegistry implements AutoCloseable {
  private static final String FIELD = "embedding_model";

  private final SequencedMap<EmbeddingModelId, EmbeddingModel> models = new LinkedHashMap<>();

  /**
   * @param models with distinct ids, the default one first
   */
  public ModelRegistry(List<EmbeddingModel> models) {
    models.forEach(model -> this.models.put(model.id(), model));
  }

  /** The built-in models. Reads no file yet. */
  public static ModelRegistry load(NodeConfig.Embedding config) {
    Path natives = config.nativeFolder().orElseGet(NativeLibraries::besideClasses);
    return new ModelRegistry(
        List.of(
            new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, natives),
            new OnnxEmbeddingModel(ModelSpec.ALL_MINILM_L6, natives)));
  }

  /** The model, or null when this node does not have it. */
  public @Nullable EmbeddingModel find(EmbeddingModelId id) {
    return models.get(id);
  }

  /**
   * The model.
   *
   * @throws RekindleException MODEL_MISMATCH for {@code external}, which embeds no text;
   *     INVALID_ARGUMENT for a name that no model has
   */
  public EmbeddingModel get(EmbeddingModelId id) {
    EmbeddingModel model = models.get(id);
    if (model != null) {
      return model;
    }
    if (id.equals(EmbeddingModelId.EXTERNAL)) {
      throw new RekindleException(
          ErrorCode.MODEL_MISMATCH,
          "the namespace has vectors of the callers' own; a text can't be embedded for it",
          Map.of("field", FIELD));
    }
    Map<String, String> details = new LinkedHashMap<>();
    details.put("field", FIELD);
    details.put("known", String.join(", ", names(models.sequencedValues().stream().toList())));
    throw new RekindleException(ErrorCode.INVALID_ARGUMENT, "no such embedding model", details);
  }

  /** All models, the default one first. */
  public List<EmbeddingModel> models() {
    return List.copyOf(models.values());
  }

  /** What the start waits for: the default model's name until it has embedded a first text. */
  public List<String> warming() {
    return names(warmedAtStart().filter(model -> !model.isWarm()).toList());
  }

  /** Loads the default model alone and embeds a text with it; takes about a second. */
  public void warmUp() {
    warmedAtStart().forEach(EmbeddingModel::warmUp);
  }

  private Stream<EmbeddingModel> warmedAtStart() {
    return models.sequencedValues().stream().limit(1);
  }

  /** Frees every model. */
  @Override
  public void close() {
    models.values().forEach(EmbeddingModel::close);
  }

  private static List<String> names(List<EmbeddingModel> models) {
    return models.stream().map(model -> model.id().value()).toList();
  }
}
