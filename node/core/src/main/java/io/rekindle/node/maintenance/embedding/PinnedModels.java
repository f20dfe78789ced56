package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.storage.ModelPinStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The models that may make vectors: before a model's first one its fingerprint is kept, and from
 * then on it makes none with another. Thread-safe.
 */
public final class PinnedModels {
  private final ModelRegistry models;
  private final ModelPinStore pins;
  private final SystemPass pass;
  private final Set<EmbeddingModelId> pinned = ConcurrentHashMap.newKeySet();

  public PinnedModels(ModelRegistry models, ModelPinStore pins, SystemPass pass) {
    this.models = models;
    this.pins = pins;
    this.pass = pass;
  }

  /**
   * The model, to make vectors with.
   *
   * @throws RekindleException as {@link ModelRegistry#get}; MODEL_MISMATCH when the vectors that
   *     there are were made by another of the same name, which a start on this node refuses
   */
  EmbeddingModel get(EmbeddingModelId id) {
    EmbeddingModel model = models.get(id);
    if (!pinned.contains(id)) {
      String kept = pins.pin(pass, id, model.fingerprint());
      if (!kept.equals(model.fingerprint())) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("model", id.value());
        details.put("expected", kept);
        details.put("actual", model.fingerprint());
        throw new RekindleException(
            ErrorCode.MODEL_MISMATCH,
            "vectors were made by another model of the same name",
            details);
      }
      pinned.add(id);
    }
    return model;
  }
}
