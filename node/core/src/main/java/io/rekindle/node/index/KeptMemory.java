package io.rekindle.node.index;

import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.MemoryId;
import java.util.List;

/**
 * What a snapshot has of one memory: all vectors of its content, and which writing of its row they
 * belong to.
 */
record KeptMemory(MemoryId id, RowStamp stamp, List<KeptMemory.Vector> vectors) {
  /** The vector of one chunk. */
  record Vector(int chunk, Quantizer.Code code) {}
}
