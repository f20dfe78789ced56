package io.rekindle.cli.bench.data;

import java.util.SplittableRandom;

/** Clustered vectors, each made from the seed and its number whenever it is wanted. */
public final class GeneratedVectors implements VectorSource {
  /** Topics, as a tenant with many kinds of memories has. */
  private static final int CENTRES = 200;

  private static final long MEMORIES = 1;
  private static final long QUERIES = 2;

  private final int dimensions;
  private final double spread;
  private final long seed;
  private final Clusters clusters;

  public GeneratedVectors(int dimensions, double spread, long seed) {
    this.dimensions = dimensions;
    this.spread = spread;
    this.seed = seed;
    this.clusters = new Clusters(dimensions, CENTRES, spread, seed);
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public int memoriesMax() {
    return Integer.MAX_VALUE;
  }

  @Override
  public float[] memory(int number) {
    return vector(MEMORIES, number);
  }

  @Override
  public float[] query(int number) {
    return vector(QUERIES, number);
  }

  private float[] vector(long kind, int number) {
    return clusters.next(new SplittableRandom(Hashes.of(Hashes.of(seed, kind), number)));
  }

  @Override
  public String label() {
    return "c%d-s%d-seed%d".formatted(CENTRES, Math.round(spread * 1_000), seed);
  }
}
