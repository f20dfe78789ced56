package io.rekindle.node.pipeline.page;

import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Memory;
import java.util.List;
import java.util.function.Function;

/** Cuts an answer where it would grow over 3 MiB, after at least one item. */
public final class ReplySize {
  /** What the columns and the framing of one memory take at the most, roughly. */
  private static final int COLUMNS_BYTES = 4 * 1024;

  private ReplySize() {}

  /** The leading items that fit into one answer. */
  public static <T> List<T> cut(List<T> items, Function<T, Memory> memoryOf) {
    long bytes = 0;
    for (int i = 0; i < items.size(); i++) {
      bytes += sizeOf(memoryOf.apply(items.get(i)));
      if (bytes > Limits.REPLY_BYTES_MAX && i > 0) {
        return items.subList(0, i);
      }
    }
    return items;
  }

  private static long sizeOf(Memory memory) {
    String metadata = memory.payload().metadata();
    // A char is at most three bytes of UTF-8; counting exactly would encode every answer twice.
    return COLUMNS_BYTES
        + 3L * memory.payload().content().length()
        + (metadata == null ? 0 : 3L * metadata.length());
  }
}
