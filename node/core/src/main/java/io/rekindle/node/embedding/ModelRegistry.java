package io.rekindle.node.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models that this node can embed with. {@link EmbeddingModelId#EXTERNAL} is not one of them:
 * its vectors come from the callers.
 *
 * <p>Thread-safe. The default model loads by {@link #warmUp()}; the other built-in one with its
 * first text, which takes about a second longer, so that a node without a namespace that has it
 * pays neither memory nor start time. What an operator has configured is loaded and tried before
 * there is a registry.
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

  /**
   * The built-in models, of which no file is read yet, and those of the operator's folder, which
   * are loaded.
   *
   * @param dataFolder where relative paths begin
   * @throws io.rekindle.node.error.StartRefusedException in one sentence, when one of the
   *     operator's models can't be used
   */
  public static ModelRegistry load(NodeConfig.Embedding config, Path dataFolder) {
    Path natives = config.nativeFolder().orElseGet(NativeLibraries::besideClasses);
    List<EmbeddingModel> models = new ArrayList<>();
    models.add(new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, natives));
    models.add(new OnnxEmbeddingModel(ModelSpec.ALL_MINILM_L6, natives));
    config
        .modelsFolder()
        .map(dataFolder::resolve)
        .ifPresent(
            folder ->
                models.addAll(
                    new ModelsFolder(config, folder, natives)
                        .load(
                            Set.of(
                                EmbeddingModelId.BGE_SMALL_EN, EmbeddingModelId.ALL_MINILM_L6))));
    return new ModelRegistry(models);
  }

  /** The model, or null when this node does not have it. */
  public @Nullable EmbeddingModel find(EmbeddingModelId id) {
    return models.get(id);
  }

  /**
   * The model of a namespace that there is.
   *
   * @throws RekindleException MODEL_MISMATCH for {@code external}, which embeds no text;
   *     MODEL_NOT_CONFIGURED when this node does not have it, or not any more
   */
  public EmbeddingModel get(EmbeddingModelId id) {
    EmbeddingModel model = models.get(id);
    if (model == null) {
      requireNotExternal(id);
      throw missing(ErrorCode.MODEL_NOT_CONFIGURED, "the node does not have this model", id);
    }
    return model;
  }

  /**
   * The model that a new namespace asks for.
   *
   * @throws RekindleException MODEL_MISMATCH for {@code external}; INVALID_ARGUMENT for a name that
   *     no model has
   */
  public EmbeddingModel choose(EmbeddingModelId id) {
    EmbeddingModel model = models.get(id);
    if (model == null) {
      requireNotExternal(id);
      throw missing(ErrorCode.INVALID_ARGUMENT, "no such embedding model", id);
    }
    return model;
  }

  private static void requireNotExternal(EmbeddingModelId id) {
    if (id.equals(EmbeddingModelId.EXTERNAL)) {
      throw new RekindleException(
          ErrorCode.MODEL_MISMATCH,
          "the namespace has vectors of the callers' own; a text can't be embedded for it",
          Map.of("field", FIELD));
    }
  }

  private RekindleException missing(ErrorCode code, String text, EmbeddingModelId id) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("field", FIELD);
    details.put("model", id.value());
    details.put("known", String.join(", ", names(models.sequencedValues().stream().toList())));
    return new RekindleException(code, text, details);
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
