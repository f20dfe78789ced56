package io.rekindle.node.access;

import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import java.util.List;

/** Where the grants of an API key come from. Safe for use by many threads. */
public interface GrantSource {
  /** The key's grants as they now are, in any order; none for an unknown key. */
  List<GrantSpec> grantsOf(ApiKeyId key);

  /**
   * How often access was taken or changed by now: a counter that only grows, equal on all nodes.
   * Who reads it before the grants can tell later whether they were changed since.
   */
  default long accessEpoch() {
    return 0;
  }
}
