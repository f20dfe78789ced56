package io.rekindle.node.storage.row;

import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.NamespacePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All grants of one API key on disk: the same position in each array is one grant. */
public final class GrantRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final @Nullable String[] namespaces;
  private final @Nullable String[] conditions;
  private final String[][] extraActions;

  public GrantRow(List<GrantSpec> grants) {
    this.format = FORMAT;
    this.namespaces = new String[grants.size()];
    this.conditions = new String[grants.size()];
    this.extraActions = new String[grants.size()][];
    for (int i = 0; i < grants.size(); i++) {
      GrantSpec grant = grants.get(i);
      NamespacePath namespace = grant.namespace();
      namespaces[i] = namespace == null ? null : namespace.toString();
      conditions[i] = grant.condition();
      extraActions[i] = grant.extraActions().stream().sorted().toArray(String[]::new);
    }
  }

  public List<GrantSpec> grants() {
    Formats.requireKnown(format, FORMAT);
    List<GrantSpec> grants = new ArrayList<>(namespaces.length);
    for (int i = 0; i < namespaces.length; i++) {
      String namespace = namespaces[i];
      grants.add(
          new GrantSpec(
              namespace == null ? null : NamespacePath.parse(namespace),
              conditions[i],
              Set.of(extraActions[i])));
    }
    return grants;
  }
}
