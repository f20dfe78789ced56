package io.rekindle.node.index.rabitq;

import io.rekindle.node.model.Distance;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Codes of 100,000 vectors of 384 dimensions: nanoseconds to estimate and to make one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodeScanBenchmark {
  private static final int CODES = 100_000;
  private static final int DIMENSIONS = 384;
  private static final int BATCH = 64;

  /** Width of the kernel's registers; 64 is scalar. */
  @Param({"512", "256", "128", "64"})
  public int bits;

  private final Random random = new Random(384);
  private final CodeLayout layout = new CodeLayout(DIMENSIONS);
  private final Arena arena = Arena.ofShared();
  private final MemorySegment codes = arena.allocate(layout.bytes(CODES), 64);
  private final float[] estimates = new float[BATCH];
  private final float[] vector = new float[DIMENSIONS];
  private final Encoder encoder =
      new Encoder(
          new Rotation(DIMENSIONS, 1), new Center.Sum(Distance.COSINE, DIMENSIONS).center());
  private Query query = encoder.query(vector, 2);
  private CodeKernel kernel = CodeKernels.best();

  /** Fills the memory; what the codes say does not matter. */
  @Setup
  public void fill() {
    kernel = CodeKernels.ofBits(bits);
    for (int i = 0; i < CODES; i++) {
      change();
      layout.write(codes, i, encoder.encode(vector));
    }
    change();
    query = encoder.query(vector, 2);
  }

  private void change() {
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    arena.close();
  }

  /** One query against all, and a look at each estimate. */
  @Benchmark
  @OperationsPerInvocation(CODES)
  public float scan() {
    float best = Float.NEGATIVE_INFINITY;
    int blocks = BATCH / CodeLayout.LANES;
    for (int slot = 0; slot + BATCH <= CODES; slot += BATCH) {
      kernel.estimate(query, codes, layout.blockOffset(slot), blocks, estimates);
      for (float estimate : estimates) {
        best = estimate > best ? estimate : best;
      }
    }
    return best;
  }

  /** A code made and written, rotation included. */
  @Benchmark
  public void encode() {
    layout.write(codes, 17, encoder.encode(vector));
  }

  /** A query made ready. */
  @Benchmark
  public Query prepare() {
    return encoder.query(vector, 2);
  }
}
