package io.rekindle.node.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/** The meters of one node. Thread-safe; recording costs well below a microsecond. */
public final class NodeMeters implements AutoCloseable {
  private static final Duration LATENCY_MIN = Duration.ofNanos(50_000);
  private static final Duration LATENCY_MAX = Duration.ofSeconds(30);

  private record RequestKey(String action, String transport, String code) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ConcurrentMap<RequestKey, Timer> requests = new ConcurrentHashMap<>();
  private final ConcurrentMap<Stage, Timer> stages = new ConcurrentHashMap<>();
  private final ConcurrentMap<Count, Counter> counts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Counter> nodeCalls = new ConcurrentHashMap<>();
  private final ConcurrentMap<Level, Gauge> levels = new ConcurrentHashMap<>();

  /** Stages whose duration is watched. */
  public enum Stage {
    EMBED_QUERY("search.embed"),
    SEARCH_INDEX("search.index"),
    SEARCH_JOIN("search.join"),
    STORE("store"),
    EMBED_PASSAGE("embed.passage"),
    INDEX_BUILD("index.build"),
    AUDIT_APPEND("audit.append");

    private final String tag;

    Stage(String tag) {
      this.tag = tag;
    }
  }

  /** Things that are counted. */
  public enum Count {
    MEMORIES_EMBEDDED("rekindle.memories.embedded", "Memories that became searchable"),
    EMBEDDINGS_FAILED("rekindle.embeddings.failed", "Attempts to embed that failed"),
    EMBEDDING_QUEUE_FULL("rekindle.embedding.queue.full", "Memories left to the sweep"),
    EMBEDDING_BATCHES_SENT("rekindle.embedding.batches.sent", "Batches that other nodes embedded"),
    EMBEDDING_BATCHES_TAKEN(
        "rekindle.embedding.batches.taken", "Batches that were embedded for other nodes"),
    EMBEDDING_FAILOVERS(
        "rekindle.embedding.failovers", "Batches that a node did not embed, and the next one got"),
    VECTORS_LOST("rekindle.vectors.lost", "Vectors that the sweep found missing"),
    MEMORIES_EXPIRED("rekindle.memories.expired", "Memories deleted by the expiry sweep"),
    INDEX_STALE("rekindle.index.stale", "Times a slice index had to be rebuilt"),
    REQUESTS_REFUSED("rekindle.requests.refused", "Requests refused before their caller was known");

    private final String meter;
    private final String description;

    Count(String meter, String description) {
      this.meter = meter;
      this.description = description;
    }
  }

  /** Values that are asked for when they are read. */
  public enum Level {
    REQUESTS_IN_FLIGHT("rekindle.requests.in.flight", "Requests being handled"),
    REQUESTS_WAITING("rekindle.requests.waiting", "Searches that wait for embeddings"),
    EMBEDDING_QUEUE("rekindle.embedding.queue", "Memories that wait for an embedding"),
    MEMORIES_FAILED(
        "rekindle.memories.failed", "Memories without attempts left, as of the last sweep of all"),
    EMBEDDING_CALLS_HUNG(
        "rekindle.embedding.calls.hung", "Calls of embedding models that go on after their time"),
    QUERY_VECTORS("rekindle.embedding.query.vectors", "Vectors of queries that are kept"),
    INDEX_BYTES("rekindle.index.bytes", "Off-heap bytes of all slice indexes"),
    WORDS_BYTES("rekindle.words.bytes", "Bytes of the words of all slices"),
    INDEX_SLICES("rekindle.index.slices", "Slices that have an index in RAM"),
    INDEX_SLICES_BUILDING("rekindle.index.slices.building", "Slices whose index is being built"),
    INDEX_SLICES_STANDING_BY(
        "rekindle.index.slices.standing.by", "Slices that are loaded for the node that owns them"),
    INDEX_BUILDS("rekindle.index.builds", "Builds of slice indexes since the start"),
    PENDING_OLDEST(
        "rekindle.embedding.pending.oldest.seconds",
        "How long the oldest memory has waited, as of the last sweep of all"),
    NODES_ONLINE("rekindle.nodes.online", "Nodes that hold data and are there"),
    NODES_AWAY("rekindle.nodes.away", "Nodes that hold data and are away"),
    MAJORITY("rekindle.majority", "Whether a majority answers this node: 1, or 0"),
    PARTITIONS_LOST("rekindle.partitions.lost", "Partitions without a copy in reach"),
    PARTITIONS_SHORT("rekindle.partitions.short", "Partitions with too few copies"),
    PARTITIONS_COMING("rekindle.partitions.coming", "Copies that are on their way to this node"),
    MESSAGES_SENT("rekindle.messages.sent", "Messages sent to other nodes since the start"),
    CLOCK_DIFFERENCE(
        "rekindle.clock.difference.seconds", "How far this node's clock is behind the others'"),
    AUDIT_SEQUENCE("rekindle.audit.sequence", "Last sequence number of the audit chain"),
    AUDIT_TAIL_BYTES("rekindle.audit.tail.bytes", "Bytes of audit tail files"),
    DISK_FREE_BYTES("rekindle.disk.free.bytes", "Free bytes where the data folder lies"),
    DISK_RESERVE_BYTES("rekindle.disk.reserve.bytes", "Free bytes below which stores are refused");

    private final String meter;
    private final String description;

    Level(String meter, String description) {
      this.meter = meter;
      this.description = description;
    }
  }

  /**
   * Records one answered request.
   *
   * @param action such as {@code memory.store}
   * @param code {@code OK} or the name of an {@code ErrorCode}
   */
  public void request(String action, String transport, String code, Duration elapsed) {
    requests
        .computeIfAbsent(new RequestKey(action, transport, code), this::requestTimer)
        .record(elapsed);
  }

  /** Records how long a stage took. */
  public void stage(Stage stage, Duration elapsed) {
    stages.computeIfAbsent(stage, this::stageTimer).record(elapsed);
  }

  /**
   * Counts one call to another node.
   *
   * @param operation of a closed list
   */
  public void nodeCall(String operation) {
    nodeCalls
        .computeIfAbsent(
            operation,
            it ->
                Counter.builder("rekindle.node.calls")
                    .description("Calls to other nodes")
                    .tag("operation", it)
                    .register(registry))
        .increment();
  }

  public void count(Count what, long amount) {
    counts
        .computeIfAbsent(
            what, it -> Counter.builder(it.meter).description(it.description).register(registry))
        .increment((double) amount);
  }

  /** Reads {@code value} at each scrape; a later call for the same level replaces it. */
  public void level(Level what, Supplier<Number> value) {
    levels.compute(
        what,
        (it, former) -> {
          if (former != null) {
            registry.remove(former);
          }
          return Gauge.builder(it.meter, value)
              .description(it.description)
              .strongReference(true)
              .register(registry);
        });
  }

  /** Lets go of all that levels read, and so of the engine behind it. */
  public void forgetLevels() {
    levels.values().forEach(registry::remove);
    levels.clear();
  }

  /** Everything in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }

  private Timer requestTimer(RequestKey key) {
    return histogram("rekindle.requests", "Requests answered, from the door's view")
        .tag("action", key.action)
        .tag("transport", key.transport)
        .tag("code", key.code)
        .register(registry);
  }

  private Timer stageTimer(Stage stage) {
    return histogram("rekindle.stages", "Parts of the work on a request or in the background")
        .tag("stage", stage.tag)
        .register(registry);
  }

  private static Timer.Builder histogram(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .publishPercentileHistogram()
        .minimumExpectedValue(LATENCY_MIN)
        .maximumExpectedValue(LATENCY_MAX);
  }
}
