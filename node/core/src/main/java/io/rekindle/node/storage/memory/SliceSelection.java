package io.rekindle.node.storage.memory;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * What a list or a search is about: slices, and the namespaces that they are parts of.
 *
 * @param namespaces in the order of the request
 * @param slices of these namespaces alone: all of them, or those that one node owns
 */
public record SliceSelection(List<Namespace> namespaces, SequencedSet<SliceId> slices) {
  public SliceSelection {
    namespaces = List.copyOf(namespaces);
  }

  /** Every slice of some namespaces. */
  public static SliceSelection all(List<Namespace> namespaces) {
    SequencedSet<SliceId> slices = new LinkedHashSet<>();
    namespaces.forEach(namespace -> slices.addAll(slicesOf(namespace)));
    return new SliceSelection(namespaces, slices);
  }

  /** The part of this selection that consists of some of its slices. */
  public SliceSelection only(SequencedSet<SliceId> some) {
    return new SliceSelection(
        namespaces.stream()
            .filter(namespace -> slicesOf(namespace).stream().anyMatch(some::contains))
            .toList(),
        some);
  }

  /** The selected slices of one of the namespaces. */
  List<SliceId> of(Namespace namespace) {
    return slicesOf(namespace).stream().filter(slices::contains).toList();
  }

  private static List<SliceId> slicesOf(Namespace namespace) {
    List<SliceId> slices = new ArrayList<>();
    for (int ordinal = 0; ordinal < namespace.settings().slices(); ordinal++) {
      slices.add(SliceId.of(namespace.id(), ordinal));
    }
    return slices;
  }
}
