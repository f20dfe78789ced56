package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Memories of 384 dimensions in 200 clusters, as sentence embeddings lie. */
final class BenchData {
  static final int DIMENSIONS = 384;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int CLUSTERS = 200;

  private final float[][] centres = new float[CLUSTERS][];
  private final Random random = new Random(384);

  BenchData() {
    for (int i = 0; i < CLUSTERS; i++) {
      centres[i] = gaussian();
    }
  }

  private float[] gaussian() {
    return gaussian(random);
  }

  private static float[] gaussian(Random random) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** A vector whose cosine with its cluster's centre is about 0.7. */
  float[] vector() {
    return vector(random);
  }

  /** The same, of a number; takes about as long as to read it from a cache and open it. */
  float[] vector(int number) {
    return vector(new Random(number * 0x9e3779b97f4a7c15L)); // Of near seeds they would be alike.
  }

  private float[] vector(Random random) {
    float[] vector = gaussian(random);
    float[] centre = centres[random.nextInt(CLUSTERS)];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] += centre[i];
    }
    return vector;
  }

  static SliceIndex index() {
    IndexSettings settings = new IndexSettings(DIMENSIONS, Distance.COSINE, List.of("n"));
    return new SliceIndex(settings, new MemoryBudget(2L << 30));
  }

  static MemoryId id(int number) {
    return new MemoryId(new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L + number));
  }

  /** Which number an {@link #id} is of. */
  static int number(MemoryId id) {
    return (int) id.value().getLeastSignificantBits();
  }

  /** One of two types, ten agents, a hundred sessions, a thousand keys; never expiring. */
  static IndexRow row(int number) {
    MemoryColumns columns =
        new MemoryColumns(
            id(number),
            "key" + number % 1_000,
            List.of(),
            "agent" + number % 10,
            "session" + number % 100,
            "type" + number % 2,
            List.of("tag" + number % 5),
            Sensitivity.INTERNAL,
            0.5f,
            EmbeddingStatus.EMBEDDED,
            EmbeddingModelId.BGE_SMALL_EN,
            START.plusSeconds(number),
            START.plusSeconds(number),
            null,
            1,
            1);
    return new IndexRow(columns, Map.of("n", new Literal.Numeric(number)));
  }

  void put(SliceIndex index, int number) {
    index.putRow(row(number));
    index.putVector(id(number), 0, 1, vector());
  }
}
