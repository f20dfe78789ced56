package io.rekindle.cli.bench;

import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;

/**
 * From the acknowledgement of each store until a look at what waits shows it no more. The time of a
 * look is that of its answer, so that a figure is too high by the pause between two looks and one
 * call at most, and never too low. Thread-safe; looks come one after the other.
 */
final class Arrivals {
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final Histogram nanos = Load.histogram();

  /** Says that a store was acknowledged. */
  void stored(String memoryId, long atNanos) {
    acknowledged.put(memoryId, atNanos);
  }

  /**
   * Takes in a look.
   *
   * @param askedNanos before the node could know the answer; what was stored later is not in it
   * @param waiting the memories that are not searchable yet
   */
  void looked(long askedNanos, long answeredNanos, Set<String> waiting) {
    Iterator<Map.Entry<String, Long>> entries = acknowledged.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Long> entry = entries.next();
      if (entry.getValue() < askedNanos && !waiting.contains(entry.getKey())) {
        nanos.recordValue(answeredNanos - entry.getValue());
        entries.remove();
      }
    }
  }

  int waiting() {
    return acknowledged.size();
  }

  /** Of all that arrived; read it when there are no more looks. */
  Histogram nanos() {
    return nanos;
  }
}
