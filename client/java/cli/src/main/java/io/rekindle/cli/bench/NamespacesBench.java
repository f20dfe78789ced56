package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.cli.bench.Queries.Mode;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.NamespaceTruth;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * A node with many namespaces of few memories each: what the first search of one costs, whether
 * later ones are as fast as if it were alone, and that memory stays within its bounds when all of
 * them are searched. One client, through gRPC.
 */
final class NamespacesBench {
  private static final int ORDER_SEED = 13;

  /** Alone and in turn, one after the other, so that neither has the warmer node for itself. */
  private static final int ROUNDS = 4;

  private static final int LOOK_EVERY = 100;

  private final BenchNode node;
  private final Plan plan;
  private final DataSet data;
  private final Queries queries;
  private final BenchReport report;

  /** The ordinals of the namespaces, in no order that the node could profit from. */
  private final List<Integer> order;

  /**
   * What is measured.
   *
   * @param cold namespaces that are searched for the first time, in each of two measurements
   * @param warm namespaces that are searched in turn
   * @param queries of one alone, and of those in turn
   */
  record Plan(DataSet data, int cold, int warm, int queries) {
    int namespacesMin() {
      return 2 * cold + warm + 1;
    }

    private List<Integer> shuffled() {
      List<Integer> ordinals =
          IntStream.range(0, data.namespaces()).boxed().collect(Collectors.toList());
      Collections.shuffle(ordinals, new Random(ORDER_SEED));
      return ordinals;
    }
  }

  NamespacesBench(BenchNode node, Plan plan, BenchReport report) {
    this.node = node;
    this.plan = plan;
    this.data = plan.data();
    this.queries = new Queries(data, Mode.MEANING, 1, Share.ALL);
    this.report = report;
    this.order = plan.shuffled();
  }

  void run() throws InterruptedException {
    try (RekindleClient client = node.connect()) {
      PreparedSet.prepare(client, data);
    }
    node.restart();
    try (RekindleClient client = node.connect()) {
      measure(client);
    }
  }

  private void measure(RekindleClient client) throws InterruptedException {
    NodeMemory rest = NodeMemory.of(client, node.pid());
    Histogram ready = Load.histogram();
    ready.recordValue(node.readyAfter().toNanos());
    add("process start until the engine is active", ready, Duration.ZERO, rest);

    int cold = plan.cold();
    first(client, "first search of a namespace, node just started", order.subList(0, cold));
    first(client, "first search of a namespace", order.subList(cold, 2 * cold));
    warm(client, order.subList(2 * cold, plan.namespacesMin()));
    NodeMemory all = first(client, "first or next search of every namespace", order);
    if (all.indexSlices() <= data.namespaces() - cold) {
      first(client, "search of a namespace that left memory", order.subList(0, cold));
    }
  }

  /** One search of each, and the right answer. */
  private NodeMemory first(RekindleClient client, String name, List<Integer> ordinals) {
    Histogram nanos = Load.histogram();
    Duration before = node.cpu();
    NodeMemory most = NodeMemory.of(client, node.pid());
    try (Progress progress = new Progress(name, ordinals.size(), true)) {
      for (int i = 0; i < ordinals.size(); i++) {
        int ordinal = ordinals.get(i);
        SearchMemoriesRequest request = queries.request(ordinal, ordinal);
        long start = System.nanoTime();
        SearchMemoriesResponse answer = search(client, request);
        nanos.recordValue(System.nanoTime() - start);
        requireRight(ordinal, answer);
        if (i % LOOK_EVERY == LOOK_EVERY - 1) {
          most = most.most(bounded(NodeMemory.of(client, node.pid())));
        }
        progress.advanceTo(i);
      }
    }
    most = most.most(bounded(NodeMemory.of(client, node.pid())));
    add(name, nanos, node.cpu().minus(before), most);
    return most;
  }

  /** The same searches of one namespace and of several in turn. */
  private void warm(RekindleClient client, List<Integer> ordinals) throws InterruptedException {
    List<Integer> one = ordinals.subList(0, 1);
    List<Integer> many = ordinals.subList(1, ordinals.size());
    ask(client, one, Math.max(plan.queries(), many.size()));
    ask(client, many, Math.max(plan.queries(), many.size()));
    Histogram alone = Load.histogram();
    Histogram inTurn = Load.histogram();
    Duration aloneCpu = Duration.ZERO;
    Duration inTurnCpu = Duration.ZERO;
    for (int round = 0; round < ROUNDS; round++) {
      int each = Math.ceilDiv(plan.queries(), ROUNDS);
      Duration begin = node.cpu();
      alone.add(ask(client, one, each));
      Duration between = node.cpu();
      inTurn.add(ask(client, many, each));
      aloneCpu = aloneCpu.plus(between.minus(begin));
      inTurnCpu = inTurnCpu.plus(node.cpu().minus(between));
    }
    NodeMemory memory = bounded(NodeMemory.of(client, node.pid()));
    add("search, one namespace alone", alone, aloneCpu, memory);
    add("search, %,d namespaces in turn".formatted(many.size()), inTurn, inTurnCpu, memory);
  }

  private Histogram ask(RekindleClient client, List<Integer> ordinals, int count)
      throws InterruptedException {
    // Made before, so that no time of the client is measured; as many for one as for many.
    List<SearchMemoriesRequest> requests =
        IntStream.range(0, plan.warm())
            .mapToObj(n -> queries.request(n, ordinals.get(n % ordinals.size())))
            .toList();
    return Load.count(1, count, (_, n) -> search(client, requests.get(n % requests.size())))
        .nanos();
  }

  private static SearchMemoriesResponse search(
      RekindleClient client, SearchMemoriesRequest request) {
    return Retry.whileNotReady(() -> client.memories().search(request).execute());
  }

  private void requireRight(int ordinal, SearchMemoriesResponse answer) {
    List<Integer> found = Queries.found(answer);
    if (!NamespaceTruth.isExact(data, ordinal, ordinal, Queries.TOP_K, found)) {
      throw new CommandFailedException(
          "the answer from namespace %,d was %s, and is wrong".formatted(ordinal, found));
    }
  }

  private static NodeMemory bounded(NodeMemory memory) {
    if (memory.indexBytes() > memory.indexBytesMax()) {
      throw new CommandFailedException(
          "the indexes took %,d bytes, more than rekindle.index.memory-bytes-max, %,d"
              .formatted(memory.indexBytes(), memory.indexBytesMax()));
    }
    return memory;
  }

  private void add(String name, Histogram nanos, Duration cpu, NodeMemory memory) {
    Map<String, String> point = SearchPoint.of(data);
    point.put("durability", node.durability());
    memory.putInto(point);
    double micros = cpu.toNanos() / 1e3 / nanos.getTotalCount();
    report.add(
        new BenchReport.Result(
            name,
            Map.copyOf(point),
            null,
            nanos,
            1e9 / nanos.getMean(),
            cpu.isZero() ? null : micros));
  }
}
