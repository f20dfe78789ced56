package io.rekindle.cli.bench;

import io.rekindle.cli.bench.data.DataSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory that a node is given for a data set, never less than its defaults.
 *
 * <p>For each memory the index takes the vector as bytes and as floats, its codes, and its row with
 * some sets of rows: 2.4 KB were seen with 384 dimensions, without codes. The pages of the engine
 * hold the sealed vector, the sealed row and the records of its idempotency key: 3.6 KB were seen.
 * The figures below are above both; pages that do not fit are read from the disk again.
 */
record NodeSizing(long indexMebibytes, long regionMebibytes) {
  private static final long MEBIBYTE = 1 << 20;
  private static final long DEFAULT_MEBIBYTES = 512;
  private static final double INDEX_BYTES_PER_DIMENSION = 6;
  private static final long INDEX_BYTES_PER_MEMORY = 700;
  private static final double PAGE_BYTES_PER_DIMENSION = 5.5;
  private static final long PAGE_BYTES_PER_MEMORY = 2_600;

  /** Pages beyond this are the disk's, so that 24 GiB hold a node with a million memories. */
  private static final long REGION_MEBIBYTES_MAX = 6 << 10;

  private static final long CHECKPOINT_BUFFER_MEBIBYTES_MAX = 512;

  static NodeSizing of(DataSet data) {
    return of(data.memories(), data.source().dimensions());
  }

  static NodeSizing of(long memories, int dimensions) {
    double index = INDEX_BYTES_PER_MEMORY + INDEX_BYTES_PER_DIMENSION * dimensions;
    double pages = PAGE_BYTES_PER_MEMORY + PAGE_BYTES_PER_DIMENSION * dimensions;
    return new NodeSizing(
        Math.max(DEFAULT_MEBIBYTES, (long) Math.ceil(memories * index / MEBIBYTE)),
        Math.clamp(
            (long) Math.ceil(memories * pages / MEBIBYTE),
            DEFAULT_MEBIBYTES,
            REGION_MEBIBYTES_MAX));
  }

  /** As {@code key=value}, with what is given over what is computed. */
  List<String> settings(List<String> given) {
    List<String> index = List.of("rekindle.index.memory-bytes-max=" + indexMebibytes + "MiB");
    return merged(index, pages(given));
  }

  /** As {@link #settings}, of the engine's pages alone. */
  List<String> pages(List<String> given) {
    List<String> computed = new ArrayList<>();
    computed.add("rekindle.ignite.data-region-max=" + regionMebibytes + "MiB");
    if (regionMebibytes > DEFAULT_MEBIBYTES) {
      long buffer = Math.min(CHECKPOINT_BUFFER_MEBIBYTES_MAX, regionMebibytes / 8);
      computed.add("rekindle.ignite.checkpoint-buffer=" + buffer + "MiB");
    }
    return merged(computed, given);
  }

  /** By key, in the order of their first; the later value holds. */
  static List<String> merged(List<String> first, List<String> second) {
    Map<String, String> merged = new LinkedHashMap<>();
    for (List<String> settings : List.of(first, second)) {
      for (String setting : settings) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
          throw new IllegalArgumentException("--set is KEY=VALUE, not '" + setting + "'");
        }
        merged.put(setting.substring(0, equals), setting);
      }
    }
    return List.copyOf(merged.values());
  }
}
