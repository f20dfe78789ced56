package io.rekindle.node.storage;

import io.rekindle.node.model.Memory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memories, newest first.
 *
 * @param next where the list goes on, or null at its end
 */
public record MemoryPage(List<Memory> memories, @Nullable Cursor next) {
  public MemoryPage {
    memories = List.copyOf(memories);
  }
}
