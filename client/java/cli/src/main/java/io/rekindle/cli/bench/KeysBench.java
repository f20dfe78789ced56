package io.rekindle.cli.bench;

import io.rekindle.cli.bench.data.Clusters;
import io.rekindle.cli.bench.data.Sentences;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchTimes;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's own key costs: two root namespaces in one node, one of which has such a key, are
 * stored to and searched in turns, so that whatever else the machine does meets both.
 */
final class KeysBench {
  /** By its name in the node's configuration. */
  static final String CUSTOMER_KEY = "keyed";

  private static final String PLAIN = "plain";
  private static final List<String> SPACES = List.of(PLAIN, CUSTOMER_KEY);
  private static final int DIMENSIONS = 384;
  private static final int BATCH_ITEMS = 200;

  private final RekindleClient client;
  private final Plan plan;
  private final BenchReport report;
  private final Clusters vectors = new Clusters(DIMENSIONS, 64, 1);

  /**
   * What is measured.
   *
   * @param memories of each namespace that is searched
   * @param seconds of each turn of each namespace
   * @param warmUpSeconds before the stores, and before the searches
   */
  record Plan(int memories, int rounds, int seconds, int warmUpSeconds) {}

  KeysBench(RekindleClient client, Plan plan, BenchReport report) {
    this.client = client;
    this.plan = plan;
    this.report = report;
  }

  void run() throws InterruptedException {
    for (String space : SPACES) {
      create(space, space.equals(PLAIN) ? "" : CUSTOMER_KEY);
      create(stores(space), "");
    }
    turns("store", this::store);
    for (String space : SPACES) {
      fill(space);
      // Both by the same path: what is compared is the key.
      var _ = IndexWait.path(client, request(space), plan.memories(), List.of());
    }
    Map<String, Histogram> server = new LinkedHashMap<>();
    SPACES.forEach(space -> server.put(space, Load.histogram()));
    turns(
        "search, through gRPC",
        (space, record) -> search(space, record ? server.get(space) : null));
    add("search, server's timer", server);
  }

  /** Where it is stored to by the clock: under the same keys, and not searched. */
  private static String stores(String space) {
    return space + "/stores";
  }

  private void create(String path, String customerKey) {
    client
        .namespaces()
        .create(
            CreateNamespaceRequest.newBuilder()
                .setNamespace(
                    Namespace.newBuilder()
                        .setNamespace(path)
                        .setCustomerKey(customerKey)
                        .setEmbeddingModel("external")
                        .setDimensions(DIMENSIONS))
                .build())
        .execute();
  }

  /** One operation on a namespace; measured or not. */
  private interface Turn {
    void run(String space, boolean record);
  }

  private void turns(String name, Turn turn) throws InterruptedException {
    Duration warmUp = Duration.ofSeconds(plan.warmUpSeconds()).dividedBy(SPACES.size());
    for (String space : SPACES) {
      var _ = Load.run(1, warmUp, (_, _) -> turn.run(space, false));
    }
    Map<String, Histogram> all = new LinkedHashMap<>();
    SPACES.forEach(space -> all.put(space, Load.histogram()));
    for (int round = 0; round < plan.rounds(); round++) {
      // Neither is always the first.
      for (String space : round % 2 == 0 ? SPACES : SPACES.reversed()) {
        Load.Measured measured =
            Load.run(1, Duration.ofSeconds(plan.seconds()), (_, _) -> turn.run(space, true));
        all.merge(space, measured.nanos(), KeysBench::sum);
      }
    }
    add(name, all);
  }

  private static Histogram sum(Histogram one, Histogram other) {
    one.add(other);
    return one;
  }

  private void add(String name, Map<String, Histogram> measured) {
    double plain = measured.getOrDefault(PLAIN, Load.histogram()).getValueAtPercentile(50);
    measured.forEach(
        (space, nanos) -> {
          Map<String, String> point = new TreeMap<>();
          point.put("key", space.equals(PLAIN) ? "the cluster's" : "the tenant's own");
          point.put("memories", Integer.toString(plan.memories()));
          point.put("p50Ratio", "%.3f".formatted(nanos.getValueAtPercentile(50) / plain));
          double seconds = plan.rounds() * plan.seconds();
          report.add(
              new BenchReport.Result(
                  name, point, null, nanos, nanos.getTotalCount() / seconds, null));
        });
  }

  private void store(String space, boolean record) {
    client
        .memories()
        .store(
            StoreMemoryRequest.newBuilder()
                .setNamespace(stores(space))
                .setMemory(memory(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)))
                .build())
        .execute();
  }

  private Memory memory(int number) {
    Memory.Builder memory = Memory.newBuilder().setContent(Sentences.of(number));
    for (float value : vectors.next(ThreadLocalRandom.current())) {
      memory.addVector(value);
    }
    return memory.build();
  }

  private void fill(String space) {
    for (int from = 0; from < plan.memories(); from += BATCH_ITEMS) {
      BatchStoreMemoriesRequest.Builder batch =
          BatchStoreMemoriesRequest.newBuilder().setNamespace(space);
      for (int i = from; i < Math.min(from + BATCH_ITEMS, plan.memories()); i++) {
        batch.addMemories(StoreMemoryItem.newBuilder().setMemory(memory(i)));
      }
      var _ = client.memories().storeBatch(batch.build()).execute();
    }
  }

  private SearchMemoriesRequest request(String space) {
    QueryVector.Builder vector = QueryVector.newBuilder();
    for (float value : vectors.next(ThreadLocalRandom.current())) {
      vector.addValues(value);
    }
    return SearchMemoriesRequest.newBuilder()
        .addNamespaces(space)
        .setTopK(Queries.TOP_K)
        .setVector(vector)
        .build();
  }

  private void search(String space, @Nullable Histogram server) {
    SearchMemoriesResponse found = client.memories().search(request(space)).execute();
    if (server != null) {
      SearchTimes times = found.getTimes();
      server.recordValue(1_000 * (times.getIndexMicros() + times.getJoinMicros()));
    }
  }
}
