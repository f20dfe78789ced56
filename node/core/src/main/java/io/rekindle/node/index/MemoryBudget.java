package io.rekindle.node.index;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes that all slice indexes of a node may take together. Thread-safe. */
public final class MemoryBudget {
  private final long bytesMax;
  private final AtomicLong bytesUsed = new AtomicLong();

  public MemoryBudget(long bytesMax) {
    if (bytesMax < 0) {
      throw new IllegalArgumentException("a budget is not negative");
    }
    this.bytesMax = bytesMax;
  }

  /**
   * Takes {@code bytes}, or takes nothing and throws.
   *
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED} when they would exceed the budget
   */
  void reserve(long bytes) {
    long before = bytesUsed.get();
    while (bytes <= bytesMax - before) {
      long seen = bytesUsed.compareAndExchange(before, before + bytes);
      if (seen == before) {
        return;
      }
      before = seen;
    }
    throw new RekindleException(
        ErrorCode.INDEX_MEMORY_EXHAUSTED,
        "the slice indexes need more memory than index.memoryBytesMax",
        Map.of(
            "limit", Long.toString(bytesMax),
            "actual", Long.toString(before + bytes),
            "unit", "bytes"));
  }

  void release(long bytes) {
    bytesUsed.addAndGet(-bytes);
  }

  public long bytesMax() {
    return bytesMax;
  }

  public long bytesUsed() {
    return bytesUsed.get();
  }
}
