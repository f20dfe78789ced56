package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

/** Top-10 of one slice under a filter, with gathering and without; one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class FilterBenchmark {
  private static final int QUERIES = 512;
  private static final int RECALLED = 128;

  /** How many memories the slice has. */
  @Param("100000")
  public int memories;

  /** What must pass: all, a half, a tenth, a hundredth, a thousandth. */
  @Param({
    "",
    "memory_type = \"type1\"",
    "agent_id = \"agent3\"",
    "session_id = \"session42\"",
    "external_key = \"key420\""
  })
  public String filter = "";

  /** What a search asks for; 1 for an exact one. */
  @Param({"1", "0.98"})
  public double recall;

  /** Vectors up to which they are gathered. */
  @Param({"0", "20000"})
  public int gatherMax;

  /** Vectors up to which floats are kept. */
  @Param({"10000"})
  public int floatsMax;

  private final float[][] queries = new float[QUERIES][];
  private SliceIndex index = BenchData.index();
  private Filter parsed = Filter.ALL;
  private Recall asked = Recall.EXACT;
  private int next;

  /** Fills the slice. */
  @Setup
  public void fill() {
    BenchData data = new BenchData();
    IndexSettings settings =
        new IndexSettings(
            BenchData.DIMENSIONS,
            Distance.COSINE,
            List.of("n"),
            10_000,
            50_000,
            gatherMax,
            floatsMax);
    AtomicLong reads = new AtomicLong();
    ExactVectors exactly =
        (id, _, _) -> {
          reads.incrementAndGet();
          return data.vector(BenchData.number(id));
        };
    MemoryBudget budget = new MemoryBudget(4L << 30);
    index = new SliceIndex(settings, budget, exactly);
    for (int n = 0; n < memories; n++) {
      index.putRow(BenchData.row(n));
    }
    long rows = budget.bytesUsed();
    for (int n = 0; n < memories; n++) {
      index.putVector(BenchData.id(n), 0, 1, data.vector(n));
    }
    index.freeFloats();
    asked = new Recall(recall);
    if (recall < 1) {
      index.buildCodes();
    }
    for (int i = 0; i < QUERIES; i++) {
      queries[i] = data.vector();
    }
    parsed = filter.isEmpty() ? Filter.ALL : FilterParser.parse(filter);
    System.out.printf(
        "# bytes: %.1f a row, %.1f a vector with its codes%n",
        (double) rows / memories, (double) (budget.bytesUsed() - rows) / memories);
    double found = 0;
    double furthest = 0;
    long read = 0;
    for (int i = 0; i < RECALLED; i++) {
      long before = reads.get();
      List<IndexHit> hits = search().hits();
      read += reads.get() - before;
      List<IndexHit> exact = index.search(queries[i], 10, Float.NaN, parsed);
      found += exact.isEmpty() ? 1 : (double) found(hits, exact) / exact.size();
      furthest = Math.max(furthest, furthest(hits, exact));
      if (index.wantsCodes()) {
        index.buildCodes(); // Queries enough to measure lists by.
      }
    }
    System.out.printf(
        "# recall@10 of %d queries: %.4f; vectors read for each: %.1f; scores off by %.5f%n",
        RECALLED, found / RECALLED, (double) read / RECALLED, furthest);
  }

  private static long found(List<IndexHit> hits, List<IndexHit> exact) {
    Set<MemoryId> ids = new HashSet<>();
    exact.forEach(hit -> ids.add(hit.memoryId()));
    return hits.stream().filter(hit -> ids.contains(hit.memoryId())).count();
  }

  private static double furthest(List<IndexHit> hits, List<IndexHit> exact) {
    Map<MemoryId, Float> scores = new HashMap<>();
    exact.forEach(hit -> scores.put(hit.memoryId(), hit.score()));
    return hits.stream()
        .mapToDouble(
            hit -> Math.abs(hit.score() - scores.getOrDefault(hit.memoryId(), hit.score())))
        .max()
        .orElse(0);
  }

  /** Gives the memory back. */
  @TearDown
  public void close() {
    index.close();
  }

  /** One search. */
  @Benchmark
  public IndexAnswer search() {
    return index.search(queries[next++ & (QUERIES - 1)], 10, Float.NaN, parsed, asked);
  }

  /** How many rows pass. */
  @Benchmark
  public long count() {
    return index.count(parsed);
  }

  /** The same by a look at every row: nothing is known of the rows that a negation lets through. */
  @Benchmark
  public long countScanning() {
    return index.count(new Filter.Not(new Filter.Not(parsed)));
  }
}
