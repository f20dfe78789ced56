package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which namespaces a request is about: up to 64 by name, or one prefix {@code a/**} for all of them
 * below (and at) {@code a} that the caller may see.
 */
public record NamespaceSelector(List<NamespacePath> named, @Nullable NamespacePath prefix) {
  private static final String WILDCARD = "/**";

  public NamespaceSelector {
    named = List.copyOf(named);
    if (named.isEmpty() == (prefix == null)) {
      throw RekindleException.invalid("namespaces", "name namespaces, or one prefix such as a/**");
    }
    requireAtMost(named.size());
  }

  public static NamespaceSelector of(NamespacePath namespace) {
    return new NamespaceSelector(List.of(namespace), null);
  }

  /** Reads names, or the single item {@code a/**}. */
  public static NamespaceSelector parse(List<String> texts) {
    if (texts.size() == 1 && texts.getFirst().endsWith(WILDCARD)) {
      String text = texts.getFirst();
      return new NamespaceSelector(
          List.of(), NamespacePath.parse(text.substring(0, text.length() - WILDCARD.length())));
    }
    // Before they are read, and whether or not they repeat each other.
    requireAtMost(texts.size());
    return new NamespaceSelector(
        texts.stream().map(NamespacePath::parse).distinct().toList(), null);
  }

  /** Whether a namespace is one of those that were named, or lies at or below the prefix. */
  public boolean selects(NamespacePath namespace) {
    return prefix == null ? named.contains(namespace) : prefix.covers(namespace);
  }

  private static void requireAtMost(int namespaces) {
    Limits.requireAtMost("namespaces", namespaces, Limits.NAMESPACES_PER_REQUEST_MAX, "namespaces");
  }
}
