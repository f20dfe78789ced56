package io.rekindle.node.index.rabitq;

import java.lang.foreign.MemorySegment;

/** Compares a query with codes. Stateless and thread-safe. */
public interface CodeKernel {
  /**
   * Estimates for each code of {@code blocks} blocks that lie side by side; see {@link Encoder} for
   * what is estimated, and {@link CodeLayout} for how codes lie. The bits are counted exactly, and
   * the rest computed in doubles.
   *
   * @param offset of the first block in bytes
   * @param estimates takes eight a block, from 0 on
   */
  void estimate(Query query, MemorySegment codes, long offset, int blocks, float[] estimates);

  /** Width of the registers it uses, for diagnostics. */
  int bits();
}
