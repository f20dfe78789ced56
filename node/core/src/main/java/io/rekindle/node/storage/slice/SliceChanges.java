package io.rekindle.node.storage.slice;

import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Carries committed changes to the slices that are loaded. Called inside the commit, under the
 * entry's lock: nothing here throws, waits, looks up, writes a diagnostic or grows without bound.
 */
final class SliceChanges {
  private final SliceReader reader;
  private final RecentChanges recent;
  private final ConcurrentHashMap<SliceId, LiveSlice> slices;
  private final AtomicLong lost = new AtomicLong();

  SliceChanges(
      SliceReader reader, RecentChanges recent, ConcurrentHashMap<SliceId, LiveSlice> slices) {
    this.reader = reader;
    this.recent = recent;
    this.slices = slices;
  }

  void stored(Object key, Object value) {
    carry(key, value);
  }

  void removed(Object key) {
    carry(key, null);
  }

  /** Changes that did not reach a loaded index, since the start; each made its slice stale. */
  long lost() {
    return lost.get();
  }

  private void carry(Object binaryKey, @Nullable Object binaryValue) {
    LiveSlice slice = null;
    try {
      SliceKey key = reader.key(binaryKey);
      recent.note(key);
      slice = slices.get(key.slice());
      if (slice != null && !slice.isStale()) {
        apply(slice, key, binaryValue);
      }
    } catch (Throwable trouble) {
      // An exception would halt the node; a stale slice is built anew and loses nothing.
      distrust(slice);
    }
  }

  private void apply(LiveSlice slice, SliceKey key, @Nullable Object binaryValue) {
    if (binaryValue == null) {
      remove(slice, key);
    } else if (reader.opensAtOnce(slice.namespace().id())) {
      put(slice, key, reader.value(binaryValue));
    } else {
      distrust(slice);
    }
  }

  private void put(LiveSlice slice, SliceKey key, Object value) {
    if (key instanceof MemoryKey memory && value instanceof MemoryRow row) {
      slice.index().putRow(reader.row(slice.namespace(), memory, row));
      tellWords(slice, memory);
    } else if (key instanceof VectorKey vector && value instanceof VectorRow row) {
      float[] values = reader.vector(vector, row);
      slice.index().putVector(vector.memoryId(), vector.chunk(), row.contentVersion(), values);
    } else {
      distrust(slice);
    }
  }

  private static void remove(LiveSlice slice, SliceKey key) {
    if (key instanceof MemoryKey memory) {
      slice.index().removeRow(memory.memoryId());
      tellWords(slice, memory);
    } else if (key instanceof VectorKey vector) {
      slice.index().removeVector(vector.memoryId(), vector.chunk());
    }
  }

  private static void tellWords(LiveSlice slice, MemoryKey key) {
    SliceWords words = slice.words();
    if (words != null) {
      words.changed(key.memoryId());
    }
  }

  /** Marks the one slice stale, or all of them when it is not known which one it was. */
  private void distrust(@Nullable LiveSlice slice) {
    lost.incrementAndGet();
    if (slice == null) {
      slices.forEachValue(Long.MAX_VALUE, LiveSlice::markStale);
    } else {
      slice.markStale();
    }
  }
}
