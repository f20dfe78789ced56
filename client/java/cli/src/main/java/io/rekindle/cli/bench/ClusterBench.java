package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.Queries.Mode;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Sentences;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.cli.cluster.LocalCluster;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.Memory;
import io.rekindle.v1.NodeStatus;
import io.rekindle.v1.StatusFact;
import io.rekindle.v1.StoreMemoryRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of processes on this machine: how many messages nodes send each other for a store and
 * for a search, and what clients see of a node that is killed, is away, and comes back.
 */
final class ClusterBench {
  private static final double RECALL = 0.98;
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int CLIENTS = 4;
  private static final String MESSAGES = "messages_sent";

  /** The operations before those that are counted: connections, indexes, compilers. */
  private static final int WARM_UP = 500;

  private final Path below;
  private final int nodes;
  private final DataSet data;
  private final Plan plan;
  private final @Nullable Path plot;
  private final BenchReport report;
  private final Queries queries;

  /**
   * What is measured.
   *
   * @param operations whose messages are counted, of each kind
   * @param rate of stores, and of searches, a second, around a kill
   * @param seconds before the kill, away, and after the return; 0 for none of it
   * @param idle seconds without operations, before and after those that are counted
   */
  record Plan(int operations, int rate, int seconds, int idle) {}

  ClusterBench(
      Path benchFolder,
      int nodes,
      DataSet data,
      Plan plan,
      @Nullable Path plot,
      BenchReport report) {
    this.below = benchFolder.resolve(UUID.randomUUID().toString());
    this.nodes = nodes;
    this.data = data;
    this.plan = plan;
    this.plot = plot;
    this.report = report;
    this.queries = new Queries(data, Mode.MEANING, RECALL, Share.ALL);
  }

  void run() throws InterruptedException {
    List<String> settings = new ArrayList<>(NodeSizing.of(data).settings(List.of()));
    // One API key drives the cluster alone.
    settings.add("rekindle.requests.in-flight-per-key-max=256");
    try (LocalCluster cluster = LocalCluster.create(below, nodes, settings)) {
      cluster.start();
      try (RekindleClient client = cluster.client(DEADLINE)) {
        PreparedSet.prepare(client, data);
        countMessages(client);
        if (nodes > 1 && plan.seconds() > 0) {
          aroundAKill(cluster, client);
        }
      }
    } finally {
      remove();
    }
  }

  /** What nodes send when nobody asks is taken off: as it is before and after, on average. */
  private void countMessages(RekindleClient client) throws InterruptedException {
    double before = idle(client);
    Counted stores = count(client, (_, n) -> client.memories().store(store(n)).execute());
    Counted searches =
        count(client, (_, n) -> client.memories().search(queries.request(n)).execute());
    double idle = (before + idle(client)) / 2;
    addCounted("store", stores, idle);
    addCounted("search", searches, idle);
  }

  /** Messages a second. */
  private double idle(RekindleClient client) throws InterruptedException {
    long before = messages(client);
    Thread.sleep(Duration.ofSeconds(plan.idle()));
    return (messages(client) - before) / (double) plan.idle();
  }

  /** Operations, and all messages that were sent meanwhile. */
  private record Counted(Load.Measured operations, long messages) {}

  private Counted count(RekindleClient client, Load.Operation operation)
      throws InterruptedException {
    var _ = Load.count(CLIENTS, WARM_UP, operation);
    long before = messages(client);
    Load.Measured measured =
        Load.count(CLIENTS, plan.operations(), (t, n) -> operation.run(t, n + WARM_UP));
    return new Counted(measured, messages(client) - before);
  }

  private void addCounted(String name, Counted counted, double idle) {
    double seconds = plan.operations() / counted.operations().perSecond();
    double sent = Math.max(0, counted.messages() - idle * seconds);
    Map<String, String> point = point();
    point.put("clients", Integer.toString(CLIENTS));
    point.put("messagesPerOperation", "%.2f".formatted(sent / plan.operations()));
    add(name, counted.operations().nanos(), counted.operations().perSecond(), point);
  }

  /** That all nodes together have sent each other, since each was started. */
  private static long messages(RekindleClient client) {
    long sent = 0;
    for (NodeStatus node : client.cluster().status().execute().getNodesList()) {
      sent +=
          node.getFactsList().stream()
              .filter(fact -> fact.getName().equals(MESSAGES))
              .map(StatusFact::getValue)
              .mapToLong(Long::parseLong)
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandFailedException("a node does not say how many messages it sent"));
    }
    return sent;
  }

  private StoreMemoryRequest store(long number) {
    int turn = (int) (number % data.namespaces());
    Memory.Builder memory =
        Memory.newBuilder().setContent(Sentences.embedded(number)).addTags(ExtraMemories.TAG);
    for (float value : data.source().query((int) number)) {
      memory.addVector(value);
    }
    return StoreMemoryRequest.newBuilder()
        .setNamespace(data.namespace(turn))
        .setMemory(memory)
        .build();
  }

  private void aroundAKill(LocalCluster cluster, RekindleClient client)
      throws InterruptedException {
    Timeline timeline = new Timeline();
    try (ClusterTraffic _ =
        ClusterTraffic.start(
            timeline, plan.rate(), List.of(this::storing, this::searching), client)) {
      Thread.sleep(Duration.ofSeconds(plan.seconds()));
      timeline.mark("kill -9");
      cluster.kill(nodes - 1);
      Thread.sleep(Duration.ofSeconds(plan.seconds()));
      timeline.mark("started again");
      cluster.start(nodes - 1);
      timeline.mark("answers");
      awaitCopies(cluster);
      timeline.mark("all copies there");
      Thread.sleep(Duration.ofSeconds(plan.seconds()));
    }
    timeline.phases(this::addPhase);
    addOnce("longest wait between two acknowledged stores around kill -9", timeline.storeGap());
    addOnce("from the start until it answers", timeline.between("started again", "answers"));
    addOnce(
        "from the answer until all copies are there",
        timeline.between("answers", "all copies there"));
    if (plot != null) {
      timeline.write(plot.resolve("cluster-of-%d.svg".formatted(nodes)), nodes, plan.rate());
    }
  }

  private CompletableFuture<?> storing(RekindleClient client, long number) {
    return client.memories().store(store(number)).executeAsync();
  }

  private CompletableFuture<?> searching(RekindleClient client, long number) {
    return client.memories().search(queries.request((int) number)).executeAsync();
  }

  private static void awaitCopies(LocalCluster cluster) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    try (RekindleClient client = cluster.client(0, DEADLINE)) {
      while (client.cluster().listNodes().execute().getHealth().getCopiesMissing() > 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new CommandFailedException("copies are missing, five minutes after the return");
        }
        Thread.sleep(Duration.ofMillis(100));
      }
    }
  }

  private void addPhase(String name, Histogram nanos, double perSecond, long failed) {
    Map<String, String> point = point();
    point.put("rate", Integer.toString(plan.rate()));
    point.put("failed", Long.toString(failed));
    add(name, nanos, perSecond, point);
  }

  private void addOnce(String name, Duration time) {
    Histogram nanos = Load.histogram();
    nanos.recordValue(time.toNanos());
    add(name, nanos, 1e9 / Math.max(1, time.toNanos()), point());
  }

  private Map<String, String> point() {
    Map<String, String> point = new TreeMap<>();
    point.put("nodes", Integer.toString(nodes));
    point.put("memories", Integer.toString(data.memories()));
    point.put("namespaces", Integer.toString(data.namespaces()));
    return point;
  }

  private void add(String name, Histogram nanos, double perSecond, Map<String, String> point) {
    report.add(new BenchReport.Result(name, Map.copyOf(point), null, nanos, perSecond, null));
  }

  private void remove() {
    if (!Files.exists(below)) {
      return;
    }
    try (var files = Files.walk(below)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CommandFailedException("the bench's folder was not removed", e);
    }
  }
}
