package io.rekindle.node.cluster;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What nodes of one cluster must have in common, told to each other when one joins: names to values
 * that are compared as they are. A trait that only one of two nodes has is no difference, so that a
 * release can add one. Immutable, but for the key in use.
 *
 * <p>Of the cluster key, which has generations, a node that joins has to have the one that is in
 * use; which one it uses itself is no difference.
 */
public final class NodeTraits {
  /** Before the name of a model: the trait that is its fingerprint. */
  public static final String MODEL = "the fingerprint of the model ";

  private static final String ATTRIBUTE = "rekindle.trait.";

  private static final String HELD = "rekindle.cluster-keys";

  private final Map<String, String> values;
  private final Set<String> held;
  private final Supplier<String> inUse;

  /** Of a cluster whose key is not replaced. */
  public NodeTraits(Map<String, String> values) {
    this(values, Set.of(), () -> "");
  }

  /**
   * Traits.
   *
   * @param held names of the generations of the cluster key that this node has now
   * @param inUse the name of the one in use, whenever it is asked for
   */
  public NodeTraits(Map<String, String> values, Set<String> held, Supplier<String> inUse) {
    this.values = Map.copyOf(values);
    this.held = Set.copyOf(held);
    this.inUse = inUse;
  }

  /** As attributes of an Ignite node. */
  Map<String, Object> attributes() {
    Map<String, Object> attributes = new LinkedHashMap<>();
    values.forEach((name, value) -> attributes.put(ATTRIBUTE + name, value));
    if (!held.isEmpty()) {
      attributes.put(HELD, String.join(",", held));
    }
    return attributes;
  }

  /** Those among the attributes of an Ignite node. */
  static NodeTraits of(Map<String, ?> attributes) {
    Map<String, String> values = new LinkedHashMap<>();
    attributes.forEach(
        (name, value) -> {
          if (name.startsWith(ATTRIBUTE)) {
            values.put(name.substring(ATTRIBUTE.length()), String.valueOf(value));
          }
        });
    Object held = attributes.get(HELD);
    return new NodeTraits(
        values, held == null ? Set.of() : Set.of(held.toString().split(",", -1)), () -> "");
  }

  /** What follows a beginning, in the names of those that begin with it. */
  Set<String> namesAfter(String beginning) {
    return values.keySet().stream()
        .filter(name -> name.startsWith(beginning))
        .map(name -> name.substring(beginning.length()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The first difference, by name, as a clause; empty when a node with {@code other} may join. */
  Optional<String> differenceTo(NodeTraits other) {
    if (!held.isEmpty() && !other.held.isEmpty() && !other.held.contains(inUse.get())) {
      return Optional.of(
          "the cluster key was replaced, and it has an earlier one: give it the cluster key file of"
              + " a node that is there");
    }
    return new TreeMap<>(values)
        .entrySet().stream()
            .filter(trait -> other.values.containsKey(trait.getKey()))
            .filter(trait -> !trait.getValue().equals(other.values.get(trait.getKey())))
            .findFirst()
            .map(
                trait ->
                    "%s is %s here and %s in the cluster"
                        .formatted(
                            trait.getKey(), other.values.get(trait.getKey()), trait.getValue()));
  }
}
