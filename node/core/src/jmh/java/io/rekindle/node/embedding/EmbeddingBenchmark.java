package io.rekindle.node.embedding;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a query and a memory cost on one core, the model loaded. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class EmbeddingBenchmark {
  /** 12 tokens, 20 with the prefix. */
  private static final String QUERY = "where is the parcel that the customer ordered last week?";

  /** 41 tokens, as a turn of a conversation. */
  private static final String TURN =
      "The customer asked for a refund of the order because the parcel arrived damaged and the box"
          + " was wet; support offered a replacement within three days or a refund to the card.";

  /** More than one window. */
  private static final String PAGE = (TURN + " ").repeat(20);

  private final EmbeddingModel model =
      new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, NativeLibraries.besideClasses());

  @Setup
  public void load() {
    model.warmUp();
  }

  @TearDown
  public void close() {
    model.close();
  }

  @Benchmark
  public float[] query() {
    return model.embedQuery(QUERY);
  }

  @Benchmark
  public float[] turn() {
    return model.embedPassage(TURN);
  }

  @Benchmark
  public List<EmbeddingOutcome> page() {
    return EmbeddingBatch.embed(model, List.of(PAGE));
  }

  @Benchmark
  public List<TextChunk> chunking() {
    return model.chunks(PAGE);
  }
}
