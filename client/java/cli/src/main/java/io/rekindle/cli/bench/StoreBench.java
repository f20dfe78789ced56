package io.rekindle.cli.bench;

import io.rekindle.cli.bench.data.Clusters;
import io.rekindle.cli.bench.report.BenchReport;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.StoreMemoryRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Stores of one memory a call: with the caller's vector, and as text that is embedded behind. */
final class StoreBench {
  private static final int DIMENSIONS = 384;
  private static final int[] WRITERS = {1, 8, 64};
  private static final int WARM_UP_WRITERS = 8;
  private static final String WITH_VECTOR = "bench/vector";
  private static final String AS_TEXT = "bench/text";

  private final BenchNode node;
  private final String durability;
  private final Duration warmUp;
  private final Duration time;
  private final BenchReport report;

  StoreBench(
      BenchNode node, String durability, int warmUpSeconds, int seconds, BenchReport report) {
    this.node = node;
    this.durability = durability;
    this.warmUp = Duration.ofSeconds(warmUpSeconds);
    this.time = Duration.ofSeconds(seconds);
    this.report = report;
  }

  void run() throws InterruptedException {
    bareDisk();
    try (RekindleClient client = node.connect()) {
      create(client, Namespace.newBuilder().setNamespace("bench"));
      create(
          client,
          Namespace.newBuilder()
              .setNamespace(WITH_VECTOR)
              .setEmbeddingModel("external")
              .setDimensions(DIMENSIONS));
      create(client, Namespace.newBuilder().setNamespace(AS_TEXT));
      Clusters vectors = new Clusters(DIMENSIONS, 64, 1);
      Load.run(WARM_UP_WRITERS, warmUp, (_, _) -> storeVector(client, vectors));
      for (int writers : WRITERS) {
        measure("store with vector", writers, (_, _) -> storeVector(client, vectors));
      }
      // Last, because the embedding that it leaves behind takes a core.
      measure("store as text", 1, (_, _) -> storeText(client));
    }
  }

  private void measure(String name, int writers, Load.Operation operation)
      throws InterruptedException {
    Duration before = node.cpu();
    Load.Measured measured = Load.run(writers, time, operation);
    Duration spent = node.cpu().minus(before);
    add(name, writers, measured, spent.toNanos() / 1e3 / measured.nanos().getTotalCount());
  }

  private void bareDisk() throws InterruptedException {
    boolean force = durability.equals("power");
    try {
      Load.Measured measured = BareDisk.measure(node.path(), force, time.dividedBy(2));
      String name = force ? "bare disk, write + fsync" : "bare disk, write";
      add(name, 1, measured, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(
      String name, int writers, Load.Measured measured, @Nullable Double nodeCpuMicros) {
    report.add(
        new BenchReport.Result(
            name,
            Map.of("writers", Integer.toString(writers), "durability", durability),
            null,
            measured.nanos(),
            measured.perSecond(),
            nodeCpuMicros));
  }

  private static void create(RekindleClient client, Namespace.Builder namespace) {
    client
        .namespaces()
        .create(CreateNamespaceRequest.newBuilder().setNamespace(namespace).build())
        .execute();
  }

  private static void storeVector(RekindleClient client, Clusters vectors) {
    Memory.Builder memory = Memory.newBuilder().setContent(sentence());
    for (float value : vectors.next(ThreadLocalRandom.current())) {
      memory.addVector(value);
    }
    client
        .memories()
        .store(StoreMemoryRequest.newBuilder().setNamespace(WITH_VECTOR).setMemory(memory).build())
        .execute();
  }

  private static void storeText(RekindleClient client) {
    client.memories().store(AS_TEXT, sentence()).execute();
  }

  /** About 300 bytes that differ, so that neither compression nor caches flatter. */
  private static String sentence() {
    StringBuilder text = new StringBuilder(320);
    while (text.length() < 300) {
      text.append(Long.toString(ThreadLocalRandom.current().nextLong(), 36)).append(' ');
    }
    return text.toString();
  }
}
