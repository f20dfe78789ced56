package io.rekindle.node.embedding;

import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.List;

/**
 * Turns texts into vectors of one space.
 *
 * <p>What a model is called and how its vectors look is known at once; its files are loaded by the
 * first text or by {@link #warmUp()}. All methods may be called from any thread, and calls that
 * embed run beside each other, each on its caller's thread.
 */
public interface EmbeddingModel extends AutoCloseable {
  EmbeddingModelId id();

  /** Floats in a vector. */
  int dimensions();

  Distance distance();

  /**
   * The SHA-256, in hexadecimal, of the files that make the vectors: nodes whose sums differ must
   * not share a vector space.
   */
  String sha256();

  /**
   * What a vector depends on besides its text. Vectors of a model whose fingerprint is another now
   * lie in another space, whatever the model is called.
   */
  default String fingerprint() {
    return sha256();
  }

  /**
   * The pieces of a content, each within the model's window, together the whole of it, each
   * beginning with the last words of the one before. A content that fits is one chunk.
   *
   * @param content valid Unicode, up to 64 KiB; longer ones work and take longer
   */
  List<TextChunk> chunks(String content);

  /**
   * The vector of one chunk, of unit length; what the model wants to see before it is added here.
   *
   * @throws io.rekindle.node.error.RekindleException LIMIT_EXCEEDED when the text is longer than
   *     the window (a chunk never is), INTERNAL when the model fails on it
   */
  float[] embedPassage(String chunkText);

  /**
   * The vector to search with, of unit length. A query longer than the window is the mean of its
   * chunks.
   *
   * @throws io.rekindle.node.error.RekindleException LIMIT_EXCEEDED naming {@code query} when it is
   *     longer than several windows
   */
  float[] embedQuery(String text);

  /** Loads the files and embeds a first text; returns at once when that has happened. */
  void warmUp();

  boolean isWarm();

  /** Frees the native memory, after the calls under way; later calls get NOT_READY. */
  @Override
  void close();
}
