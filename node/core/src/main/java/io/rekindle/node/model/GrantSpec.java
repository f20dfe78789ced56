package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A namespace and its children, opened to an API key.
 *
 * @param namespace null for the root, which covers everything
 * @param condition a filter that rows must pass, or null for all rows
 * @param extraActions actions that no scope brings by itself: {@code audit}, {@code erase}, ...
 */
public record GrantSpec(
    @Nullable NamespacePath namespace, @Nullable String condition, Set<String> extraActions) {
  public static final Set<String> EXTRA_ACTIONS = Set.of("audit", "erase", "hold", "monitor");

  public GrantSpec {
    condition = Limits.optionalText("condition", condition, Limits.FILTER_BYTES_MAX);
    extraActions = Set.copyOf(extraActions);
    if (!EXTRA_ACTIONS.containsAll(extraActions)) {
      throw RekindleException.invalid("actions", "extra actions are audit, erase, hold, monitor");
    }
  }

  /** Whether the grant reaches a namespace. */
  public boolean covers(NamespacePath other) {
    return namespace == null || namespace.covers(other);
  }
}
