package io.rekindle.cli.bench;

import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Search by vector over one namespace, against exact answers, and reads by id. */
final class SearchBench {
  private static final String NAMESPACE = "bench/search";
  private static final int TOP_K = 10;
  private static final int BATCH = 200;
  private static final int CENTRES = 200;
  private static final int RECALL_QUERIES = 200;

  private final BenchNode node;
  private final int count;
  private final int dimensions;
  private final int queries;
  private final List<Double> recallTargets;
  private final BenchReport report;
  private final List<float[]> vectors = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();

  SearchBench(
      BenchNode node,
      int count,
      int dimensions,
      int queries,
      List<Double> recallTargets,
      BenchReport report) {
    this.node = node;
    this.count = count;
    this.dimensions = dimensions;
    this.queries = queries;
    this.recallTargets = recallTargets;
    this.report = report;
  }

  void run() {
    Clusters clusters = new Clusters(dimensions, CENTRES, 7);
    SplittableRandom random = new SplittableRandom(11);
    try (RekindleClient client = node.connect()) {
      fill(client, clusters, random);
      for (double recallTarget : recallTargets) {
        for (int i = 0; i < queries; i++) {
          search(client, clusters.next(random), recallTarget);
        }
        measureSearch(client, clusters, random, recallTarget);
      }
      measureGet(client, random);
    }
  }

  private void fill(RekindleClient client, Clusters clusters, SplittableRandom random) {
    create(client, Namespace.newBuilder().setNamespace("bench"));
    create(
        client,
        Namespace.newBuilder()
            .setNamespace(NAMESPACE)
            .setEmbeddingModel("external")
            .setDimensions(dimensions));
    while (ids.size() < count) {
      BatchStoreMemoriesRequest.Builder batch =
          BatchStoreMemoriesRequest.newBuilder().setNamespace(NAMESPACE);
      for (int i = 0; i < Math.min(BATCH, count - ids.size()); i++) {
        float[] vector = clusters.next(random);
        vectors.add(vector);
        Memory.Builder memory = Memory.newBuilder().setContent("memory " + vectors.size());
        for (float value : vector) {
          memory.addVector(value);
        }
        batch.addMemories(StoreMemoryItem.newBuilder().setMemory(memory));
      }
      for (StoreMemoryResult result :
          client.memories().storeBatch(batch.build()).execute().getResultsList()) {
        if (result.hasError()) {
          throw RekindleClientException.of(result.getError());
        }
        ids.add(result.getMemory().getMemoryId());
      }
    }
  }

  private void measureSearch(
      RekindleClient client, Clusters clusters, SplittableRandom random, double recallTarget) {
    Histogram seen = Load.histogram();
    Histogram server = Load.histogram();
    long busy = 0;
    Duration before = node.cpu();
    for (int i = 0; i < queries; i++) {
      float[] query = clusters.next(random);
      long start = System.nanoTime();
      SearchMemoriesResponse response = search(client, query, recallTarget);
      long nanos = System.nanoTime() - start;
      busy += nanos;
      seen.recordValue(nanos);
      server.recordValue(
          1_000 * (response.getTimes().getIndexMicros() + response.getTimes().getJoinMicros()));
    }
    double perSecond = queries / (busy / 1e9);
    double cpu = cpuMicros(before, queries);
    double recall = meanRecall(client, clusters, random, recallTarget);
    report.add(
        result(
            "search, server's timer, recall >= " + recallTarget, recall, server, perSecond, cpu));
    report.add(
        result("search, through gRPC, recall >= " + recallTarget, recall, seen, perSecond, cpu));
  }

  /** Over queries of its own, so that the exact answers do not disturb the times. */
  private double meanRecall(
      RekindleClient client, Clusters clusters, SplittableRandom random, double recallTarget) {
    double sum = 0;
    for (int i = 0; i < RECALL_QUERIES; i++) {
      float[] query = clusters.next(random);
      sum += recall(query, search(client, query, recallTarget));
    }
    return sum / RECALL_QUERIES;
  }

  private void measureGet(RekindleClient client, SplittableRandom random) {
    Histogram seen = Load.histogram();
    long busy = 0;
    Duration before = node.cpu();
    for (int i = 0; i < 2 * queries; i++) {
      String id = ids.get(random.nextInt(ids.size()));
      long start = System.nanoTime();
      client.memories().get(NAMESPACE, id).execute();
      long nanos = System.nanoTime() - start;
      // The first half warms up.
      if (i == queries - 1) {
        before = node.cpu();
      }
      if (i >= queries) {
        busy += nanos;
        seen.recordValue(nanos);
      }
    }
    report.add(
        result(
            "get by id, through gRPC",
            null,
            seen,
            queries / (busy / 1e9),
            cpuMicros(before, queries)));
  }

  private double cpuMicros(Duration before, int operations) {
    return node.cpu().minus(before).toNanos() / 1e3 / operations;
  }

  private BenchReport.Result result(
      String name, @Nullable Double recall, Histogram nanos, double perSecond, double cpuMicros) {
    Map<String, String> point =
        Map.of(
            "memories", Integer.toString(count),
            "dimensions", Integer.toString(dimensions),
            "topK", Integer.toString(TOP_K),
            "clients", "1",
            "durability", "process");
    return new BenchReport.Result(name, point, recall, nanos, perSecond, cpuMicros);
  }

  /** How many of the exact ten nearest were among the ten answered. */
  private double recall(float[] query, SearchMemoriesResponse response) {
    Set<String> found = new HashSet<>();
    for (SearchHit hit : response.getHitsList()) {
      found.add(hit.getMemory().getMemoryId());
    }
    double[] scores = vectors.stream().mapToDouble(it -> Clusters.dot(query, it)).toArray();
    int best = Math.min(TOP_K, scores.length);
    double worst =
        DoubleStream.of(scores).sorted().skip(scores.length - best).findFirst().orElse(0);
    long hits =
        IntStream.range(0, scores.length)
            .filter(i -> scores[i] >= worst && found.contains(ids.get(i)))
            .count();
    return Math.min(1.0, (double) hits / best);
  }

  private static SearchMemoriesResponse search(
      RekindleClient client, float[] query, double recallTarget) {
    QueryVector.Builder vector = QueryVector.newBuilder();
    for (float value : query) {
      vector.addValues(value);
    }
    return client
        .memories()
        .search(
            SearchMemoriesRequest.newBuilder()
                .addNamespaces(NAMESPACE)
                .setVector(vector)
                .setTopK(TOP_K)
                .setRecallTarget(recallTarget)
                .build())
        .execute();
  }

  private static void create(RekindleClient client, Namespace.Builder namespace) {
    client
        .namespaces()
        .create(CreateNamespaceRequest.newBuilder().setNamespace(namespace).build())
        .execute();
  }
}
