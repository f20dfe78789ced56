package io.rekindle.cli.bench.data;

/** Numbers that look random and are the same at every run. */
final class Hashes {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Hashes() {}

  /** The finaliser of splitmix64 (Steele, Lea and Flood, 2014) over both. */
  static long of(long stream, long number) {
    return mixed(mixed(stream + GOLDEN) ^ (number + 1) * GOLDEN);
  }

  /** From 0, inclusive, to 1, exclusive, in steps that a float holds exactly. */
  static float unit(long stream, long number) {
    return (of(stream, number) >>> 40) * 0x1p-24f;
  }

  private static long mixed(long value) {
    long first = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    long second = (first ^ (first >>> 27)) * 0x94D049BB133111EBL;
    return second ^ (second >>> 31);
  }
}
