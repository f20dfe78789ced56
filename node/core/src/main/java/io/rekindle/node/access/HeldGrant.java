package io.rekindle.node.access;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import java.util.Set;

/** A grant that a key holds, its condition read. */
record HeldGrant(GrantSpec spec, Filter condition) {

  static HeldGrant of(GrantSpec spec) {
    String text = spec.condition();
    try {
      return new HeldGrant(spec, text == null ? Filter.ALL : FilterParser.parse("condition", text));
    } catch (RekindleException e) {
      // It was read when it was given: the caller has done nothing wrong, and gets nothing.
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "the condition of a grant cannot be read", e.details(), e);
    }
  }

  boolean isRoot() {
    return spec.namespace() == null;
  }

  /** Whether every one of the actions may be done under this grant. */
  boolean supports(Set<Action> actions) {
    return actions.stream().allMatch(this::supports);
  }

  private boolean supports(Action action) {
    String extra = action.extraAction();
    return (extra == null || spec.extraActions().contains(extra))
        && !(action.needsEveryRow() && !condition.equals(Filter.ALL));
  }

  /** Whether some namespace could lie both in the grant and in the selector. */
  static boolean meets(GrantSpec grant, NamespaceSelector selector) {
    NamespacePath prefix = selector.prefix();
    if (prefix == null) {
      return selector.named().stream().anyMatch(grant::covers);
    }
    NamespacePath granted = grant.namespace();
    return granted == null || granted.covers(prefix) || prefix.covers(granted);
  }
}
