package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a namespace: one to eight segments of {@code [a-z0-9][a-z0-9_-]{0,62}}, as in {@code
 * company_a/support}.
 *
 * <p>Paths compare segment by segment: {@code company_a} covers {@code company_a/support} and never
 * {@code company_ab}.
 */
public record NamespacePath(List<String> segments) implements Comparable<NamespacePath> {
  private static final Pattern SEGMENT = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");

  public NamespacePath {
    segments = List.copyOf(segments);
    if (segments.isEmpty()) {
      throw RekindleException.invalid("namespace", "a namespace needs at least one segment");
    }
    Limits.requireAtMost("namespace", segments.size(), Limits.NAMESPACE_SEGMENTS_MAX, "segments");
    for (String segment : segments) {
      if (!SEGMENT.matcher(segment).matches()) {
        throw RekindleException.invalid(
            "namespace", "a segment must match [a-z0-9][a-z0-9_-]{0,62}");
      }
    }
  }

  /** Reads {@code a/b/c}. */
  public static NamespacePath parse(String text) {
    return new NamespacePath(List.of(text.split("/", -1)));
  }

  /** Whether {@code other} is this path or lies below it. */
  public boolean covers(NamespacePath other) {
    return other.segments.size() >= segments.size()
        && other.segments.subList(0, segments.size()).equals(segments);
  }

  /** The first segment as a path: the customer, whose keys and quotas its children share. */
  public NamespacePath root() {
    return new NamespacePath(segments.subList(0, 1));
  }

  /** The path above, or null for a root. */
  public @Nullable NamespacePath parent() {
    return segments.size() == 1
        ? null
        : new NamespacePath(segments.subList(0, segments.size() - 1));
  }

  @Override
  public int compareTo(NamespacePath other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return String.join("/", segments);
  }
}
