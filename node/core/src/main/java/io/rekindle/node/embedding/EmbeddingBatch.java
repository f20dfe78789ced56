package io.rekindle.node.embedding;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.EmbeddedChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;

/**
 * Embeds several contents, the shortest first, so that a note does not wait for the book beside it.
 *
 * <p>The order is the only thing that neighbours share: every chunk is a model call of its own,
 * because a dynamically quantised model gives another vector to a text in company. Stateless.
 */
public final class EmbeddingBatch {
  private EmbeddingBatch() {}

  /** The outcomes in the order of the contents. */
  public static List<EmbeddingOutcome> embed(EmbeddingModel model, List<String> contents) {
    EmbeddingOutcome[] outcomes = new EmbeddingOutcome[contents.size()];
    embedEach(model, contents, (outcome, i) -> outcomes[i] = outcome);
    return Arrays.asList(outcomes);
  }

  /**
   * Hands over each outcome as soon as it is there, with the position of its content, on this
   * thread.
   *
   * @throws RuntimeException what {@code sink} throws; the rest is then not embedded
   */
  public static void embedEach(
      EmbeddingModel model, List<String> contents, ObjIntConsumer<EmbeddingOutcome> sink) {
    IntStream.range(0, contents.size())
        .boxed()
        .sorted(Comparator.comparingInt(i -> contents.get(i).length()))
        .forEachOrdered(i -> sink.accept(embedOne(model, contents.get(i)), i));
  }

  private static EmbeddingOutcome embedOne(EmbeddingModel model, String content) {
    long start = System.nanoTime();
    try {
      List<EmbeddedChunk> embedded = new ArrayList<>();
      List<TextChunk> chunks = model.chunks(content);
      List<ChunkSpan> spans = TextChunk.spans(content, chunks);
      for (int i = 0; i < chunks.size(); i++) {
        embedded.add(
            new EmbeddedChunk(
                spans.get(i),
                Vectors.requireForm(model, model.embedPassage(chunks.get(i).text()))));
      }
      return new EmbeddingOutcome.Embedded(embedded, Duration.ofNanos(System.nanoTime() - start));
    } catch (RekindleException e) {
      return new EmbeddingOutcome.Failed(e);
    } catch (RuntimeException | Error e) {
      // Whatever one content provokes in the native code must not cost the others their vectors.
      return new EmbeddingOutcome.Failed(withoutMessage(model, e));
    }
  }

  /** Where it happened and not what was said: a message of foreign code may quote the content. */
  private static RekindleException withoutMessage(EmbeddingModel model, Throwable e) {
    RekindleException failure =
        new RekindleException(
            ErrorCode.INTERNAL,
            "a text could not be embedded",
            Map.of("model", model.id().value(), "exception", e.getClass().getName()));
    failure.setStackTrace(e.getStackTrace());
    return failure;
  }
}
