package io.rekindle.node.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key, or all keys of a kind, as operators are told of it: never the key.
 *
 * @param name of what it belongs to; empty for a kind as a whole
 * @param count of the keys; 0 where they are not counted
 * @param opens what it is used for
 * @param wrappedBy what opens it
 * @param madeAt of several, the oldest; null when that is not known
 * @param wrappedAt since when it is wrapped as it is; null when that is not known
 * @param dueAt when it is to be rotated; null when nothing says so
 * @param state as seen by the node that was asked
 */
public record KeyInfo(
    Kind kind,
    String name,
    int count,
    String opens,
    String wrappedBy,
    @Nullable Instant madeAt,
    @Nullable Instant wrappedAt,
    @Nullable Instant dueAt,
    State state) {
  /** What a key is. */
  public enum Kind {
    CLUSTER,
    GROUP,
    TENANT,
    NAMESPACE,
    SUBJECT,
    FILE
  }

  /** Whether it may be used. */
  public enum State {
    OK,
    /** It may, but was not proved when that was asked for last. */
    UNPROVED,
    LOCKED
  }
}
