package io.rekindle.cli.bench;

import io.rekindle.cli.Progress;
import io.rekindle.cli.bench.Queries.Mode;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.GroundTruth;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Searches of a data set against exact answers, and reads by id. */
final class SearchBench {
  /** Queries that are judged, beside those that are timed and not more of them. */
  private static final int JUDGED_MAX = 200;

  /** Requests that are made before the clock runs, and repeated. */
  private static final int REQUESTS_MAX = 5_000;

  private static final int WARM_UP_FROM = 50_000_000;

  private final BenchNode node;
  private final RekindleClient client;
  private final Plan plan;
  private final List<String> settings;
  private final BenchReport report;

  /**
   * What is measured: every recall without a filter, then under each filter.
   *
   * @param queries of each measurement
   * @param threads that ask at the same time
   */
  record Plan(
      DataSet data,
      Mode mode,
      int queries,
      int threads,
      List<Double> recallTargets,
      List<Share> shares) {
    /** Words know no recall. */
    List<Queries> measurements() {
      List<Double> targets = mode == Mode.WORDS ? List.of(1.0) : recallTargets;
      return targets.stream()
          .flatMap(
              target ->
                  Stream.concat(Stream.of(Share.ALL), shares.stream())
                      .map(share -> new Queries(data, mode, target, share)))
          .toList();
    }
  }

  SearchBench(
      BenchNode node, RekindleClient client, Plan plan, List<String> settings, BenchReport report) {
    this.node = node;
    this.client = client;
    this.plan = plan;
    this.settings = settings;
    this.report = report;
  }

  void run() throws InterruptedException {
    PreparedSet.prepare(client, plan.data());
    GroundTruth truth = plan.mode() == Mode.MEANING ? truth() : null;
    for (Queries queries : plan.measurements()) {
      measure(queries, truth);
    }
    measureGet();
  }

  private GroundTruth truth() throws InterruptedException {
    List<Share> shares = Stream.concat(Stream.of(Share.ALL), plan.shares().stream()).toList();
    int judged = Math.min(JUDGED_MAX, plan.queries());
    try (Progress progress = new Progress("exact answers", plan.data().memories(), true)) {
      return GroundTruth.compute(plan.data(), shares, judged, Queries.TOP_K, progress::advanceTo);
    }
  }

  private void measure(Queries queries, @Nullable GroundTruth truth) throws InterruptedException {
    List<SearchMemoriesRequest> warmUps = requests(queries, WARM_UP_FROM);
    String path = warmUp(queries, warmUps);
    List<SearchMemoriesRequest> requests = requests(queries, JUDGED_MAX);
    Histogram server = new ConcurrentHistogram(3);
    Duration before = node.cpu();
    Load.Measured seen =
        Load.count(
            plan.threads(),
            plan.queries(),
            (_, n) -> {
              SearchMemoriesResponse response = search(requests.get(n % requests.size()));
              server.recordValue(
                  1_000
                      * (response.getTimes().getIndexMicros()
                          + response.getTimes().getJoinMicros()));
            });
    double cpu = cpuMicros(before, plan.queries());
    Double recall = truth == null ? null : recall(queries, truth);
    Map<String, String> point = SearchPoint.of(plan, queries, path, node.durability());
    String name = SearchPoint.name(queries);
    report.add(
        result(name.formatted(", server's timer"), point, recall, server, seen.perSecond(), cpu));
    report.add(
        result(
            name.formatted(", through gRPC"), point, recall, seen.nanos(), seen.perSecond(), cpu));
  }

  /** As many queries as timed ones, once the index is what it will be; says how it looks. */
  private String warmUp(Queries queries, List<SearchMemoriesRequest> requests)
      throws InterruptedException {
    if (plan.mode() != Mode.WORDS && queries.share().equals(Share.ALL)) {
      int each = plan.data().memories() / plan.data().namespaces();
      var _ = IndexWait.path(client, requests.getFirst(), each, settings);
    }
    Load.count(
        plan.threads(),
        plan.queries(),
        (_, n) -> {
          SearchMemoriesRequest request = requests.get(n % requests.size());
          Retry.whileNotReady(() -> search(request));
        });
    SearchMemoriesRequest explained = requests.getFirst().toBuilder().setExplain(true).build();
    return plan.mode() == Mode.WORDS
        ? "words"
        : IndexWait.text(IndexWait.pathOf(search(explained)));
  }

  private List<SearchMemoriesRequest> requests(Queries queries, int from) {
    return IntStream.range(0, Math.min(plan.queries(), REQUESTS_MAX))
        .mapToObj(n -> queries.request(from + n, n))
        .toList();
  }

  /** Over queries of its own, so that judging does not disturb the times. */
  private double recall(Queries queries, GroundTruth truth) {
    double sum = 0;
    for (int q = 0; q < truth.queries(); q++) {
      List<Integer> found = Queries.found(search(queries.request(q)));
      sum += truth.recall(queries.share(), q, found);
    }
    return sum / truth.queries();
  }

  private SearchMemoriesResponse search(SearchMemoriesRequest request) {
    return client.memories().search(request).execute();
  }

  private void measureGet() throws InterruptedException {
    SplittableRandom random = new SplittableRandom(11);
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < plan.queries(); i++) {
      numbers.add(random.nextInt(plan.data().memories()));
    }
    Load.count(plan.threads(), plan.queries(), (_, n) -> get(numbers.get(n)));
    Duration before = node.cpu();
    Load.Measured seen = Load.count(plan.threads(), plan.queries(), (_, n) -> get(numbers.get(n)));
    report.add(
        result(
            "get by id, through gRPC",
            SearchPoint.of(plan, node.durability()),
            null,
            seen.nanos(),
            seen.perSecond(),
            cpuMicros(before, plan.queries())));
  }

  private void get(int number) {
    String namespace = plan.data().namespace(plan.data().ordinal(number));
    client.memories().get(namespace, DataSet.id(number)).execute();
  }

  private double cpuMicros(Duration before, int operations) {
    return node.cpu().minus(before).toNanos() / 1e3 / operations;
  }

  private static BenchReport.Result result(
      String name,
      Map<String, String> point,
      @Nullable Double recall,
      Histogram nanos,
      double perSecond,
      double cpuMicros) {
    return new BenchReport.Result(name, point, recall, nanos, perSecond, cpuMicros);
  }
}
