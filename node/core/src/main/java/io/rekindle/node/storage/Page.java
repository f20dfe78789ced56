package io.rekindle.node.storage;

import java.util.List;

/**
 * Some of a list's items.
 *
 * @param more whether the list goes on behind the last item
 */
public record Page<T>(List<T> items, boolean more) {
  public Page {
    items = List.copyOf(items);
  }
}
