package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.cli.bench.Queries.Mode;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.GroundTruth;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.SearchMemoriesRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How long a node with memories is away: from the start of its process until its engine is active
 * ({@code /readyz} says so from the same moment), from then to the first right answer, and the
 * searches after that.
 */
final class RestartBench {
  /** The default of a search. */
  private static final double RECALL = 0.98;

  /** The default of {@code rekindle.index.snapshot-from}. */
  private static final int SNAPSHOT_FROM = 50_000;

  private static final Duration SNAPSHOTS_WAIT = Duration.ofMinutes(2);
  private static final Duration SNAPSHOTS_PAUSE = Duration.ofMillis(200);

  private final BenchNode node;
  private final DataSet data;
  private final Plan plan;
  private final BenchReport report;
  private final Histogram ready = Load.histogram();
  private final Histogram first = Load.histogram();
  private final Histogram after = Load.histogram();
  private int snapshots;

  /** How the node ended. */
  enum End {
    kill,
    stop
  }

  /**
   * What is measured.
   *
   * @param queries after each restart
   */
  record Plan(End end, int restarts, int queries) {}

  RestartBench(BenchNode node, DataSet data, Plan plan, BenchReport report) {
    this.node = node;
    this.data = data;
    this.plan = plan;
    this.report = report;
  }

  void run() throws InterruptedException {
    GroundTruth truth = exact();
    for (int i = 0; i < plan.restarts(); i++) {
      try (RekindleClient client = node.connect()) {
        PreparedSet.prepare(client, data);
        // The index was in use when the node ended.
        Retry.whileNotReady(() -> client.memories().search(exact(0)).execute());
      }
      awaitSnapshots();
      switch (plan.end()) {
        case kill -> node.killAndRestart();
        case stop -> node.restart();
      }
      measure(truth);
    }
    Map<String, String> point = SearchPoint.of(data);
    point.put("ended", plan.end().name());
    point.put("snapshots", Integer.toString(snapshots));
    point.put("restarts", Integer.toString(plan.restarts()));
    point.put("durability", node.durability());
    add("process start until the engine is active", ready, point);
    add("engine active until the first right answer", first, point);
    point.put("recallTarget", Double.toString(RECALL));
    point.put("queries", Integer.toString(plan.queries()));
    add("searches after that, through gRPC", after, point);
  }

  /** Of namespaces that are large enough for one by default, unless the node leaves none. */
  private void awaitSnapshots() throws InterruptedException {
    int wanted = data.memories() / data.namespaces() < SNAPSHOT_FROM ? 0 : data.namespaces();
    long end = System.nanoTime() + SNAPSHOTS_WAIT.toNanos();
    snapshots = node.snapshots();
    while (snapshots < wanted && System.nanoTime() < end) {
      Thread.sleep(SNAPSHOTS_PAUSE);
      snapshots = node.snapshots();
    }
  }

  private GroundTruth exact() throws InterruptedException {
    try (Progress progress = new Progress("exact answers", data.memories(), true)) {
      return GroundTruth.compute(
          data, List.of(Share.ALL), plan.restarts(), Queries.TOP_K, progress::advanceTo);
    }
  }

  private void measure(GroundTruth truth) {
    ready.recordValue(node.readyAfter().toNanos());
    int query = (int) ready.getTotalCount() - 1;
    long start = System.nanoTime();
    try (RekindleClient client = node.connect()) {
      List<Integer> found =
          Queries.found(
              Retry.whileNotReady(() -> client.memories().search(exact(query)).execute()));
      first.recordValue(System.nanoTime() - start);
      if (truth.recall(Share.ALL, query, found) < 1) {
        throw new CommandFailedException(
            "the first answer after the restart was %s, and %s is right"
                .formatted(found, Arrays.toString(truth.nearest(Share.ALL, query))));
      }
      Queries queries = new Queries(data, Mode.MEANING, RECALL, Share.ALL);
      for (int i = 0; i < plan.queries(); i++) {
        SearchMemoriesRequest request = queries.request(plan.restarts() + i, query);
        long asked = System.nanoTime();
        Retry.whileNotReady(() -> client.memories().search(request).execute());
        after.recordValue(System.nanoTime() - asked);
      }
    }
  }

  private SearchMemoriesRequest exact(int query) {
    return new Queries(data, Mode.MEANING, 1, Share.ALL).request(query);
  }

  private void add(String name, Histogram nanos, Map<String, String> point) {
    double perSecond = 1e9 / nanos.getMean();
    report.add(new BenchReport.Result(name, Map.copyOf(point), null, nanos, perSecond, null));
  }
}
