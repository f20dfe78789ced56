package io.rekindle.node.embedding;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddedChunk;
import java.time.Duration;
import java.util.List;

/** What became of one content of a batch. */
public sealed interface EmbeddingOutcome {
  /**
   * The content's chunks.
   *
   * @param chunks in order, together the whole content; never empty
   * @param elapsed what the model took for all of them
   */
  record Embedded(List<EmbeddedChunk> chunks, Duration elapsed) implements EmbeddingOutcome {
    public Embedded {
      chunks = List.copyOf(chunks);
    }
  }

  /** The model could not do this content; its neighbours are not affected. */
  record Failed(RekindleException cause) implements EmbeddingOutcome {}
}
