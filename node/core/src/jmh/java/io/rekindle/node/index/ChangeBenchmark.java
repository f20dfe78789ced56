package io.rekindle.node.index;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Memories (row and one vector) appended to a slice, and deleted from it; one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 20)
@Measurement(iterations = 40)
public class ChangeBenchmark {
  private static final int MEMORIES = 10_000;

  private final IndexRow[] rows = new IndexRow[MEMORIES];
  private final float[][] vectors = new float[MEMORIES][];
  private SliceIndex empty = BenchData.index();
  private SliceIndex full = BenchData.index();

  /** Makes what is put. */
  @Setup
  public void prepare() {
    BenchData data = new BenchData();
    for (int n = 0; n < MEMORIES; n++) {
      rows[n] = BenchData.row(n);
      vectors[n] = data.vector();
    }
  }

  /** One index to fill, one to empty. */
  @Setup(Level.Iteration)
  public void open() {
    empty = BenchData.index();
    full = BenchData.index();
    fill(full);
  }

  /** Gives the memory back. */
  @TearDown(Level.Iteration)
  public void close() {
    empty.close();
    full.close();
  }

  private void fill(SliceIndex index) {
    for (int n = 0; n < MEMORIES; n++) {
      index.putRow(rows[n]);
      index.putVector(BenchData.id(n), 0, 1, vectors[n]);
    }
  }

  /** First touch of fresh memory included. */
  @Benchmark
  @OperationsPerInvocation(MEMORIES)
  public int append() {
    fill(empty);
    return empty.vectors();
  }

  /** Overwriting included. */
  @Benchmark
  @OperationsPerInvocation(MEMORIES)
  public int delete() {
    for (int n = 0; n < MEMORIES; n++) {
      full.removeRow(BenchData.id(n));
    }
    return full.vectors();
  }
}
