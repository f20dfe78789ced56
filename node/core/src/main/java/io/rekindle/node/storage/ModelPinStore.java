package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.Map;

/**
 * What each embedding model was when the first vector was made with it: its fingerprint, kept as
 * long as a namespace has it. For the node's own work. Thread-safe.
 */
public interface ModelPinStore {
  /** All fingerprints. */
  Map<EmbeddingModelId, String> all(Pass pass);

  /**
   * Keeps a fingerprint, unless there is one.
   *
   * @return the one that is kept
   */
  String pin(Pass pass, EmbeddingModelId model, String fingerprint);

  /** Forgets what nobody's vectors depend on any more. */
  void forget(Pass pass, EmbeddingModelId model);
}
