package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.storage.ModelPinStore;
import java.util.HashMap;
import java.util.Map;

/** Fingerprints in a map. */
final class FakePins implements ModelPinStore {
  final Map<EmbeddingModelId, String> kept = new HashMap<>();

  @Override
  public Map<EmbeddingModelId, String> all(Pass pass) {
    return Map.copyOf(kept);
  }

  @Override
  public String pin(Pass pass, EmbeddingModelId model, String fingerprint) {
    return kept.computeIfAbsent(model, _ -> fingerprint);
  }

  @Override
  public void forget(Pass pass, EmbeddingModelId model) {
    kept.remove(model);
  }
}
