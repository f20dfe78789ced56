package io.rekindle.cli.bench;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.OpenLoop.Clock;
import io.rekindle.cli.bench.OpenLoop.Schedule;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.Sentences;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/** Texts stored at given rates: how long each takes to be stored, and then to be found. */
final class PipelineBench {
  private static final Duration DRAIN_MAX = Duration.ofMinutes(10);

  /** Beyond it the rate is lost anyway, and looking at what waits takes long. */
  private static final int BACKLOG_MAX = 5_000;

  /** Stored memories that are searched for, to see that what counts as searchable is found. */
  private static final int SEARCHED = 10;

  private final BenchNode node;
  private final RekindleClient client;
  private final Plan plan;
  private final BenchReport report;
  private final String namespace = DataSet.ROOT + "/pipeline-" + UUID.randomUUID();
  private long texts;

  /**
   * What is measured.
   *
   * @param seconds of each rate
   * @param pauseMillis between two looks at what waits
   */
  record Plan(List<Double> rates, int seconds, int warmUpSeconds, int pauseMillis) {}

  PipelineBench(BenchNode node, RekindleClient client, Plan plan, BenchReport report) {
    this.node = node;
    this.client = client;
    this.plan = plan;
    this.report = report;
  }

  /** Goes through the rates, up to the first that leaves a growing backlog. */
  void run() throws InterruptedException {
    BenchNamespaces.create(client, DataSet.ROOT);
    BenchNamespaces.create(client, namespace);
    if (plan.warmUpSeconds() > 0) {
      var _ = measure(new Schedule(plan.rates().getFirst(), plan.warmUpSeconds()));
    }
    for (double rate : plan.rates()) {
      Seen seen = measure(new Schedule(rate, plan.seconds()));
      add(rate, seen);
      if (seen.verdict(rate) == Verdict.BEHIND) {
        break;
      }
    }
    client
        .namespaces()
        .delete(
            DeleteNamespaceRequest.newBuilder()
                .setNamespace(namespace)
                .setWithMemories(true)
                .build())
        .execute();
  }

  /** What one rate showed. */
  private record Seen(
      Load.Measured stores, Histogram searchable, int atHalf, int atEnd, double cpuMicros) {
    private Verdict verdict(double rate) {
      return Verdict.of(searchable.getValueAtPercentile(99) / 1e6, atHalf, atEnd, rate);
    }
  }

  private Seen measure(Schedule schedule) throws InterruptedException {
    Arrivals arrivals = new Arrivals();
    AtomicInteger atHalf = new AtomicInteger();
    NavigableMap<Long, String> stored = new ConcurrentSkipListMap<>();
    long first = texts;
    texts += schedule.count();
    Duration before = node.cpu();
    try (WaitingMemories waiting =
        new WaitingMemories(client, namespace, arrivals, plan.pauseMillis())) {
      Load.Measured stores =
          new OpenLoop(Clock.system())
              .run(
                  schedule,
                  () -> arrivals.waiting() < BACKLOG_MAX,
                  n -> {
                    if (n == schedule.count() / 2) {
                      atHalf.set(arrivals.waiting());
                    }
                    return store(first + n, arrivals, stored);
                  });
      int atEnd = arrivals.waiting();
      drain(arrivals, waiting);
      double cpu = node.cpu().minus(before).toNanos() / 1e3 / stores.nanos().getTotalCount();
      requireFound(stored);
      return new Seen(stores, arrivals.nanos(), atHalf.get(), atEnd, cpu);
    }
  }

  private CompletableFuture<?> store(long text, Arrivals arrivals, Map<Long, String> stored) {
    return client
        .memories()
        .store(namespace, Sentences.embedded(text))
        .executeAsync()
        .thenAccept(
            response -> {
              String id = response.getMemory().getMemoryId();
              arrivals.stored(id, System.nanoTime());
              stored.put(text, id);
            });
  }

  private void drain(Arrivals arrivals, WaitingMemories waiting) {
    long end = System.nanoTime() + DRAIN_MAX.toNanos();
    while (arrivals.waiting() > 0) {
      waiting.requireLooking();
      if (System.nanoTime() > end) {
        throw new CommandFailedException(
            "%,d memories still wait for their embedding after %d minutes, or failed"
                .formatted(arrivals.waiting(), DRAIN_MAX.toMinutes()));
      }
      Retry.pause(plan.pauseMillis());
    }
  }

  private void requireFound(NavigableMap<Long, String> stored) {
    long step = Math.max(1, stored.size() / SEARCHED);
    List<Map.Entry<Long, String>> all = List.copyOf(stored.entrySet());
    for (int i = 0; i < all.size(); i += (int) step) {
      String id = all.get(i).getValue();
      SearchMemoriesResponse answer =
          client
              .memories()
              .search(namespace, Sentences.embedded(all.get(i).getKey()), Queries.TOP_K)
              .execute();
      if (answer.getHitsList().stream().noneMatch(it -> it.getMemory().getMemoryId().equals(id))) {
        throw new CommandFailedException(
            "memory " + id + " counts as searchable, and a search by its own text misses it");
      }
    }
  }

  private void add(double rate, Seen seen) {
    Map<String, String> point = new TreeMap<>();
    point.put("rate", Double.toString(rate));
    point.put("seconds", Integer.toString(plan.seconds()));
    point.put("durability", node.durability());
    report.add(
        new BenchReport.Result(
            "store as text, %s/s".formatted(rate),
            Map.copyOf(point),
            null,
            seen.stores().nanos(),
            seen.stores().perSecond(),
            seen.cpuMicros()));
    point.put("lookEveryMillis", Integer.toString(plan.pauseMillis()));
    point.put("waitingAtHalf", Integer.toString(seen.atHalf()));
    point.put("waitingAtEnd", Integer.toString(seen.atEnd()));
    point.put("verdict", seen.verdict(rate).toString());
    report.add(
        new BenchReport.Result(
            "stored to searchable, %s/s".formatted(rate),
            Map.copyOf(point),
            null,
            seen.searchable(),
            seen.stores().perSecond(),
            null));
  }
}
