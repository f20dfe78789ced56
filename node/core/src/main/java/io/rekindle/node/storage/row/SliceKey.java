package io.rekindle.node.storage.row;

import io.rekindle.node.model.SliceId;

/** A key whose field {@code slice} decides the partition that it lives in. */
public interface SliceKey {
  /** The name of the affinity field in every implementing class. */
  String AFFINITY_FIELD = "slice";

  SliceId slice();
}
