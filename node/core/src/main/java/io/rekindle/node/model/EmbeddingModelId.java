package io.rekindle.node.model;

/**
 * The name of an embedding model, stored with every vector: vectors of different models are never
 * compared.
 */
public record EmbeddingModelId(String value) {
  /** The accurate built-in model, and the default. */
  public static final EmbeddingModelId BGE_SMALL_EN = new EmbeddingModelId("bge-small-en-v1.5");

  /** The fast built-in model. */
  public static final EmbeddingModelId ALL_MINILM_L6 = new EmbeddingModelId("all-minilm-l6-v2");

  /** No model: the callers bring their own vectors. */
  public static final EmbeddingModelId EXTERNAL = new EmbeddingModelId("external");

  public EmbeddingModelId {
    Limits.requireText("embedding_model", value, 64);
  }

  @Override
  public String toString() {
    return value;
  }
}
