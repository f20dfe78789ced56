package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The bounds that are part of the data format; those that an operator may change are in config. */
public final class Limits {
  public static final int NAMESPACE_SEGMENTS_MAX = 8;
  public static final int NAMESPACES_PER_REQUEST_MAX = 64;
  public static final int SLICES_MAX = 64;
  public static final int CONTENT_BYTES_MAX = 64 * 1024;
  public static final int METADATA_BYTES_MAX = 16 * 1024;
  public static final int METADATA_DEPTH_MAX = 8;
  public static final int METADATA_KEYS_MAX = 256;
  public static final int SOURCE_BYTES_MAX = 256;
  public static final int EXTERNAL_KEY_BYTES_MAX = 512;
  public static final int PATH_LABELS_MAX = 16;
  public static final int PATH_LABEL_BYTES_MAX = 256;
  public static final int ID_BYTES_MAX = 256;
  public static final int TAGS_MAX = 32;
  public static final int TAG_BYTES_MAX = 64;
  public static final int IDEMPOTENCY_KEY_BYTES_MAX = 128;
  public static final int STATE_BYTES_MAX = 64 * 1024;
  public static final int DECLARED_PATHS_MAX = 16;
  public static final int VECTOR_DIMENSIONS_MIN = 2;
  public static final int VECTOR_DIMENSIONS_MAX = 4_096;
  public static final double RECALL_TARGET_MIN = 0.5;
  public static final int TOP_K_MAX = 1_000;
  public static final int WAIT_FOR_MAX = 100;
  public static final int PAGE_SIZE_MAX = 1_000;
  public static final int PAGE_SIZE_DEFAULT = 100;
  public static final int BATCH_ITEMS_MAX = 1_000;
  public static final int BATCH_BYTES_MAX = 8 * 1024 * 1024;
  public static final int REPLY_BYTES_MAX = 3 * 1024 * 1024;
  public static final int FILTER_BYTES_MAX = 4 * 1024;
  public static final int FILTER_DEPTH_MAX = 16;
  public static final int FILTER_TERMS_MAX = 64;
  public static final int FILTER_OPEN_ROWS_MAX = 30_000;

  /** Of one cluster. */
  public static final int NODES_MAX = 255;

  /** Bytes of a request that is put off until something else is there. */
  public static final int WAITING_REQUEST_BYTES_MAX = 128 * 1024;

  private Limits() {}

  /** Refuses a text of more UTF-8 bytes than {@code limit}, or one with unpaired surrogates. */
  public static String requireText(String field, String value, int limit) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
      throw RekindleException.invalid(field, "a text is not valid Unicode");
    }
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > limit) {
      throw RekindleException.overLimit(field, bytes, limit, "bytes");
    }
    return value;
  }

  /** As {@link #requireText}, for an optional text; an empty one counts as absent. */
  public static @Nullable String optionalText(String field, @Nullable String value, int limit) {
    return value == null || value.isEmpty() ? null : requireText(field, value, limit);
  }

  /** Refuses a count over its limit. */
  public static void requireAtMost(String field, long actual, long limit, String unit) {
    if (actual > limit) {
      throw RekindleException.overLimit(field, actual, limit, unit);
    }
  }
}
