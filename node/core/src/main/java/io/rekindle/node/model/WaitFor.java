package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a search waits for before it looks.
 *
 * @param tokens of stores and updates, at most 100
 * @param timeout how long at most; null for the node's default
 * @param patience for how long its caller waits for the answer
 * @param waited how long it has waited already; null before it has: it waits once
 */
public record WaitFor(
    List<String> tokens, @Nullable Duration timeout, Duration patience, @Nullable Duration waited) {
  /** A search that looks at once. */
  public static final WaitFor NOTHING = new WaitFor(List.of(), null, Duration.ZERO, null);

  public WaitFor {
    Limits.requireAtMost("wait_for", tokens.size(), Limits.WAIT_FOR_MAX, "tokens");
    tokens = List.copyOf(tokens);
  }

  /**
   * How long to wait: never so long that no time is left for an answer.
   *
   * @param byDefault without a timeout
   * @throws io.rekindle.node.error.RekindleException LIMIT_EXCEEDED naming {@code wait_timeout}
   */
  public Duration atMost(Duration byDefault, Duration max) {
    if (timeout != null && timeout.compareTo(max) > 0) {
      throw RekindleException.overLimit(
          "wait_timeout", timeout.toMillis(), max.toMillis(), "milliseconds");
    }
    Duration wanted = timeout == null ? min(byDefault, max) : timeout;
    return min(wanted, patience.multipliedBy(3).dividedBy(4));
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
