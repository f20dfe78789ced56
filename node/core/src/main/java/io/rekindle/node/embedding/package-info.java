/**
 * Text to chunks to tokens to vectors, on this machine and with no connection to any other.
 *
 * <p>Starting points: {@link io.rekindle.node.embedding.ModelRegistry} knows the models, {@link
 * io.rekindle.node.embedding.EmbeddingModel} is one of them, {@link
 * io.rekindle.node.embedding.EmbeddingBatch} embeds several memories, {@link
 * io.rekindle.node.embedding.BatchQueue} decides which of them go together and when.
 *
 * <p>Invariants: a vector depends on its text and the model's files alone, never on the texts
 * embedded beside it; no text is cut silently (content is chunked, a query is refused); model files
 * are read only when their SHA-256 is the pinned one; natives come from the folder that the build
 * unpacked, and neither the home folder nor the temp folder receives a file.
 *
 * <p>Does not: know memories, principals or Ignite, retry, or run threads. {@code maintenance} does
 * that.
 */
@NullMarked
package io.rekindle.node.embedding;

import org.jspecify.annotations.NullMarked;
