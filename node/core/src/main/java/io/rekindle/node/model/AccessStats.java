package io.rekindle.node.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How often a memory was returned, and when last; kept apart from the row, flushed in batches. */
public record AccessStats(long accessCount, @Nullable Instant lastAccessedAt) {
  public static final AccessStats NONE = new AccessStats(0, null);
}
