package io.rekindle.cli.bench;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.GeneratedVectors;
import io.rekindle.cli.bench.data.VectorFile;
import io.rekindle.cli.bench.data.VectorSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which memories are searched. */
final class DataOptions {
  private static final int MEMORIES_DEFAULT = 10_000;
  private static final int MEMORIES_MAX = 10_000_000;
  private static final int DIMENSIONS_DEFAULT = 384;
  private static final int NAMESPACES_MAX = 100_000;
  private static final int SEED_MAX = 999_999_999;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec mixee;

  @Option(
      names = "--memories",
      description = "1 to 10,000,000 (default: 10000, or as many as --vectors has)")
  private @Nullable Integer memories;

  @Option(names = "--dimensions", description = "2 to 4,096 (default: 384, or those of --vectors)")
  private @Nullable Integer dimensions;

  @Option(
      names = "--spread",
      defaultValue = "0.6",
      description =
          "0.001 to 10: how far generated vectors are from the centre of their cluster, whose own"
              + " length is 1 (default: ${DEFAULT-VALUE}, tight clusters)")
  private double spread = 0.6;

  @Option(
      names = "--seed",
      defaultValue = "7",
      description = "of generated vectors, 0 to 999,999,999 (default: ${DEFAULT-VALUE})")
  private int seed = 7;

  @Option(
      names = "--namespaces",
      defaultValue = "1",
      description =
          "1 to 100,000, over which the memories are spread; each search asks one of them in turn"
              + " (default: ${DEFAULT-VALUE})")
  private int namespaces = 1;

  @Option(
      names = "--vectors",
      paramLabel = "FILE",
      description =
          "vectors to store, in place of generated ones: .fvecs, or .npy of float32 with two"
              + " dimensions; the last ones, at most 1,000 and a tenth, are the queries")
  private @Nullable Path vectors;

  /** Checks all, and opens the file if there is one, for the rest of the process. */
  DataSet dataSet() {
    CommandSpec spec = requireNonNull(mixee);
    Limits.check(spec, "--memories", memories == null ? 1 : memories, 1, MEMORIES_MAX);
    Limits.check(spec, "--dimensions", dimensions == null ? 2 : dimensions, 2, 4_096);
    Limits.check(spec, "--spread", spread, 0.001, 10);
    Limits.check(spec, "--seed", seed, 0, SEED_MAX);
    Limits.check(spec, "--namespaces", namespaces, 1, NAMESPACES_MAX);
    VectorSource source = source(spec);
    int count = memories == null ? Math.min(defaultCount(), source.memoriesMax()) : memories;
    if (count > source.memoriesMax()) {
      throw Limits.refusal(
          spec,
          "--vectors has %,d vectors beside those of the queries, fewer than --memories"
              .formatted(source.memoriesMax()));
    }
    if (namespaces > count) {
      throw Limits.refusal(spec, "--namespaces is at most the number of memories");
    }
    return new DataSet(source, count, namespaces);
  }

  private int defaultCount() {
    return vectors == null ? MEMORIES_DEFAULT : MEMORIES_MAX;
  }

  private VectorSource source(CommandSpec spec) {
    if (vectors == null) {
      return new GeneratedVectors(
          dimensions == null ? DIMENSIONS_DEFAULT : dimensions,
          Math.round(spread * 1_000) / 1_000.0,
          seed);
    }
    VectorFile file = VectorFile.open(vectors);
    if (dimensions != null && dimensions != file.dimensions()) {
      file.close();
      throw Limits.refusal(
          spec,
          "--vectors has vectors of %,d dimensions, not %,d"
              .formatted(file.dimensions(), dimensions));
    }
    return file;
  }
}
