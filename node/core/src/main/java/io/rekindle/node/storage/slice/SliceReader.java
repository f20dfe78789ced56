package io.rekindle.node.storage.slice;

import io.rekindle.node.index.IndexRow;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;

/** Turns cache entries into what an index takes. Safe for use by many threads. */
interface SliceReader {
  /** Looks up what is needed for entries of a namespace to open without a lookup later. */
  void prepare(NamespaceId namespace);

  /** Whether entries of this namespace open without a lookup. */
  boolean opensAtOnce(NamespaceId namespace);

  /** A key as Ignite handed it over, often in its binary form. */
  SliceKey key(Object key);

  /** A value as Ignite handed it over. */
  Object value(Object value);

  /** Columns and declared metadata; opens the payload only when paths are declared. */
  IndexRow row(Namespace namespace, MemoryKey key, MemoryRow row);

  /** The text; opens the payload. */
  String content(Namespace namespace, MemoryKey key, MemoryRow row);

  float[] vector(VectorKey key, VectorRow row);
}
