package io.rekindle.node.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Drafts for tests. */
public final class Drafts {
  private Drafts() {}

  public static MemoryDraft of(String content) {
    return of(content, null);
  }

  public static MemoryDraft of(String content, @Nullable String metadata) {
    return new MemoryDraft(
        null,
        null,
        List.of(),
        null,
        null,
        null,
        MemoryDraft.DEFAULT_TYPE,
        List.of(),
        Sensitivity.INTERNAL,
        MemoryDraft.DEFAULT_IMPORTANCE,
        null,
        content,
        metadata,
        null,
        null);
  }
}
