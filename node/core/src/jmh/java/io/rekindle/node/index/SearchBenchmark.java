package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Exact top-10 of one slice, each search with another query; one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class SearchBenchmark {
  private static final int QUERIES = 512;

  /** How many memories the slice has. */
  @Param({"1000", "10000", "100000"})
  public int memories;

  /** What must pass: all, all but by a condition, a tenth, a hundredth. */
  @Param({
    "",
    "NOT expires_at <= \"2026-06-01T00:00:00Z\" AND sensitivity <= \"internal\"",
    "agent_id = \"agent3\"",
    "session_id = \"session42\""
  })
  public String filter = "";

  private final float[][] queries = new float[QUERIES][];
  private SliceIndex index = BenchData.index();
  private Filter parsed = Filter.ALL;
  private int next;

  /** Fills the slice. */
  @Setup
  public void fill() {
    BenchData data = new BenchData();
    index = BenchData.index();
    for (int n = 0; n < memories; n++) {
      data.put(index, n);
    }
    for (int i = 0; i < QUERIES; i++) {
      queries[i] = data.vector();
    }
    parsed = filter.isEmpty() ? Filter.ALL : FilterParser.parse(filter);
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    index.close();
  }

  /** One search. */
  @Benchmark
  public List<IndexHit> search() {
    return index.search(queries[next++ & (QUERIES - 1)], 10, Float.NaN, parsed);
  }
}
