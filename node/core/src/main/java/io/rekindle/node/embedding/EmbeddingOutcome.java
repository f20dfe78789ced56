package io.rekindle.node.embedding;

import io.rekindle.node.error.RekindleException;
import java.util.List;

/** What became of one content of a batch. */
public sealed interface EmbeddingOutcome {
  /**
   * The content's vectors.
   *
   * @param vectors one per chunk, in the order of the chunks; never empty
   */
  record Embedded(List<float[]> vectors) implements EmbeddingOutcome {
    public Embedded {
      vectors = List.copyOf(vectors);
    }
  }

  /** The model could not do this content; its neighbours are not affected. */
  record Failed(RekindleException cause) implements EmbeddingOutcome {}
}
