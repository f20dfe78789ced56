package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.OpenLoop.Clock;
import io.rekindle.cli.bench.OpenLoop.Operation;
import io.rekindle.cli.bench.OpenLoop.Schedule;
import io.rekindle.cli.bench.Queries.Mode;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Share;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Searches at a rate, alone and then beside stores, updates and deletes at theirs, in one namespace
 * and one run. What is written is beside the prepared memories, and taken away at the end.
 */
final class MixedBench {
  /** Different ones, then again from the first. */
  private static final int QUERIES = 10_000;

  private final BenchNode node;
  private final RekindleClient client;
  private final DataSet data;
  private final Plan plan;
  private final List<String> settings;
  private final BenchReport report;
  private final Queries queries;

  /** Operations a second; 0 for none. */
  record Rates(double searches, double stores, double updates, double deletes) {}

  /**
   * What is measured.
   *
   * @param seconds of searches alone, and of all together
   */
  record Plan(Rates rates, int seconds, int warmUpSeconds, double recallTarget) {}

  MixedBench(
      BenchNode node,
      RekindleClient client,
      DataSet data,
      Plan plan,
      List<String> settings,
      BenchReport report) {
    this.node = node;
    this.client = client;
    this.data = data;
    this.plan = plan;
    this.settings = settings;
    this.report = report;
    this.queries = new Queries(data, Mode.MEANING, plan.recallTarget(), Share.ALL);
  }

  void run() throws InterruptedException {
    PreparedSet.prepare(client, data);
    String path = IndexWait.path(client, queries.request(0), data.memories(), settings);
    Rates rates = plan.rates();
    if (plan.warmUpSeconds() > 0) {
      var _ = loop(rates.searches(), plan.warmUpSeconds(), searches(new ConcurrentHistogram(3)));
    }
    Histogram alone = new ConcurrentHistogram(3);
    Load.Measured seenAlone = loop(rates.searches(), plan.seconds(), searches(alone));
    Map<String, String> point = point(path);
    add("search alone, server's timer", alone, seenAlone.perSecond(), point);
    add("search alone, through gRPC", seenAlone.nanos(), seenAlone.perSecond(), point);
    SetMark mark = new SetMark(client, data);
    mark.write(data.memories(), true);
    beside(point);
    ExtraMemories.deleteAll(client, data.namespace(0));
    mark.write(data.memories(), false);
  }

  private void beside(Map<String, String> alone) throws InterruptedException {
    Rates rates = plan.rates();
    ExtraWrites writes = new ExtraWrites(client, data);
    writes.storeFirst(
        (int) Math.ceil(rates.deletes() * plan.seconds()) + 2 * OpenLoop.IN_FLIGHT_MAX);
    Histogram server = new ConcurrentHistogram(3);
    List<Lane> lanes =
        List.of(
            new Lane("search beside writes, through gRPC", rates.searches(), searches(server)),
            new Lane("store beside searches", rates.stores(), writes::store),
            new Lane("update beside searches", rates.updates(), writes::update),
            new Lane("delete beside searches", rates.deletes(), writes::delete));
    Map<String, String> point = new TreeMap<>(alone);
    point.put("storesPerSecond", Double.toString(rates.stores()));
    point.put("updatesPerSecond", Double.toString(rates.updates()));
    point.put("deletesPerSecond", Double.toString(rates.deletes()));
    List<Lane> used = lanes.stream().filter(lane -> lane.perSecond() > 0).toList();
    List<Load.Measured> seen = together(used);
    add("search beside writes, server's timer", server, seen.getFirst().perSecond(), point);
    for (int i = 0; i < used.size(); i++) {
      add(used.get(i).name(), seen.get(i).nanos(), seen.get(i).perSecond(), point);
    }
  }

  /** One kind of operation at its rate. */
  private record Lane(String name, double perSecond, Operation operation) {}

  private List<Load.Measured> together(List<Lane> lanes) throws InterruptedException {
    List<Load.Measured> seen = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(lanes.size())) {
      List<Future<Load.Measured>> parts = new ArrayList<>();
      for (Lane lane : lanes) {
        parts.add(executor.submit(() -> loop(lane.perSecond(), plan.seconds(), lane.operation())));
      }
      for (Future<Load.Measured> part : parts) {
        seen.add(part.get());
      }
      return seen;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new CommandFailedException("an operation failed", e);
    }
  }

  private static Load.Measured loop(double perSecond, int seconds, Operation operation)
      throws InterruptedException {
    return new OpenLoop(Clock.system()).run(new Schedule(perSecond, seconds), operation);
  }

  private Operation searches(Histogram server) {
    return n ->
        client
            .memories()
            .search(queries.request((int) (n % QUERIES)))
            .executeAsync()
            .thenAccept(
                response ->
                    server.recordValue(
                        1_000
                            * (response.getTimes().getIndexMicros()
                                + response.getTimes().getJoinMicros())));
  }

  private Map<String, String> point(String path) {
    Map<String, String> point = SearchPoint.of(data);
    point.put("searchesPerSecond", Double.toString(plan.rates().searches()));
    point.put("seconds", Integer.toString(plan.seconds()));
    point.put("recallTarget", Double.toString(plan.recallTarget()));
    point.put("topK", Integer.toString(Queries.TOP_K));
    point.put("path", path);
    point.put("durability", node.durability());
    return point;
  }

  private void add(String name, Histogram nanos, double perSecond, Map<String, String> point) {
    report.add(new BenchReport.Result(name, Map.copyOf(point), null, nanos, perSecond, null));
  }
}
