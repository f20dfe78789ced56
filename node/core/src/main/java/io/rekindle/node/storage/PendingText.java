package io.rekindle.node.storage;

import io.rekindle.node.model.EmbeddingModelId;

/**
 * A text that waits for its vectors.
 *
 * @param contentVersion to be given back with the vectors, which belong to this content alone
 */
public record PendingText(String content, long contentVersion, EmbeddingModelId model) {
  /** Says nothing of the content. */
  @Override
  public String toString() {
    return "PendingText[" + model + ", " + contentVersion + "]";
  }
}
