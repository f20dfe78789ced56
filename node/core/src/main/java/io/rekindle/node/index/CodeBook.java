package io.rekindle.node.index;

import io.rekindle.node.model.SearchPath;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The one-bit codes of all vectors.
 *
 * <p>Writes belong to who holds the index's lock. A reader {@link #enter enters} first and takes no
 * lock: half of a code that it sees costs a candidate, no more. {@link #close} overwrites and frees
 * the memory when the last one has left.
 *
 * @param <C> what is written of one vector
 */
interface CodeBook<C> extends AutoCloseable {
  /** All nodes alike, so that they leave out the same memories. */
  long SEED = 0x52_6b_69_6e_64_6c_65L;

  /** How a search by it looks for vectors. */
  SearchPath path();

  /** Whether it serves badly for so many vectors, so that another should be made. */
  boolean isOutgrown(int vectors);

  /**
   * About how many codes a search looks at until it has found as much as is asked for.
   *
   * @param vectors how many there are
   * @param depth how many of the nearest it is about; more, where a filter leaves most out
   */
  double looksAt(int vectors, Recall recall, double depth);

  /** Bytes taken from the budget. */
  long bytes();

  boolean enter();

  void leave();

  /** Takes some microseconds, and needs no lock. */
  C encode(float[] vector);

  /**
   * Writes the codes of a vector, in place of those it has.
   *
   * @throws io.rekindle.node.error.RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  void write(int ordinal, C codes);

  /** Overwrites the codes of a vector, if it has any. */
  void erase(int ordinal);

  /** Overwrites and frees what its growth left behind: not under the lock, it takes a while. */
  void closeDropped();

  /** What a search looks through, for a finite query of the index's dimensions; once entered. */
  CodeRuns runs(float[] query, Recall recall);

  /** For the test that looks for what was erased. */
  List<MemorySegment> segments();

  @Override
  void close();
}
