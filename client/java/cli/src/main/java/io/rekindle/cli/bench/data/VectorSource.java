package io.rekindle.cli.bench.data;

/** Unit vectors by number, those of memories and those of queries. Thread-safe. */
public sealed interface VectorSource permits GeneratedVectors, VectorFile {
  int dimensions();

  /** How many memories it has vectors for. */
  int memoriesMax();

  /** The vector of a memory; the same at every call and every run. */
  float[] memory(int number);

  /** A vector that no memory has; numbers beyond those there are begin again. */
  float[] query(int number);

  /** What decides the vectors, as part of a namespace's name. */
  String label();
}
