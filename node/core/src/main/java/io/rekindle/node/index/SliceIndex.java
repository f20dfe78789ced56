package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.MemoryId;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The index of one slice. Thread-safe: readers take no lock, writers take one for microseconds.
 *
 * <p>Rows and vectors arrive independently, in either order, once or twice. A vector counts while
 * its content version equals its row's; one whose row is not there yet waits, within the budget.
 *
 * <p>After {@link #close} (safe while readers are inside; the last one frees the memory) changes
 * are ignored and questions are refused with {@code NOT_READY}.
 */
public final class SliceIndex implements AutoCloseable {
  public SliceIndex(IndexSettings settings, MemoryBudget budget) {}

  /**
   * Takes a row, unless a newer version is known; the same version replaces itself. Vectors of
   * older content are erased.
   *
   * @return whether the index changed
   * @throws io.rekindle.node.error.RekindleException {@code INDEX_MEMORY_EXHAUSTED}; nothing has
   *     changed then
   */
  public boolean putRow(IndexRow row) {
    return false;
  }

  /**
   * Takes the vector of one chunk, unless newer content is known; the same content version replaces
   * the vector. A vector of the wrong dimensions, or with a number that is not finite, is ignored.
   *
   * @return whether the index changed
   * @throws io.rekindle.node.error.RekindleException {@code INDEX_MEMORY_EXHAUSTED}; nothing has
   *     changed then
   */
  public boolean putVector(MemoryId id, int chunk, long contentVersion, float[] vector) {
    return false;
  }

  /** Erases a row and all its vectors at once; never throws. */
  public boolean removeRow(MemoryId id) {
    return false;
  }

  /** Erases one vector at once; never throws. */
  public boolean removeVector(MemoryId id, int chunk) {
    return false;
  }

  /** Starts filling the index from a scan; one build at a time. */
  public SliceBuild beginBuild() {
    return new SliceBuild(this);
  }

  /**
   * The {@code topK} memories that score best among those that pass the filter, exactly; equal
   * scores by memory id.
   *
   * @param topK 1 to 1,000
   * @param minScore lowest score returned, or NaN
   */
  public List<IndexHit> search(float[] query, int topK, float minScore, Filter filter) {
    return List.of();
  }

  /** As {@link #search}, among these memories only; unknown ids are ignored. */
  public List<IndexHit> searchAmong(
      float[] query, Collection<MemoryId> among, int topK, float minScore, Filter filter) {
    return List.of();
  }

  /** The rows that pass the filter, newest first, from {@code after} on (exclusive). */
  public List<RowPosition> select(Filter filter, @Nullable RowPosition after, int limit) {
    return List.of();
  }

  /** How many rows pass the filter. */
  public long count(Filter filter) {
    return 0;
  }

  /** Whether filters on this field can be answered here: columns and declared paths. */
  public boolean answers(Filter.Field field) {
    return false;
  }

  /** Rows present. */
  public int rows() {
    return 0;
  }

  /** Vectors that count. */
  public int vectors() {
    return 0;
  }

  /** Vectors whose row, or whose row's content, has not come yet. */
  public int waitingVectors() {
    return 0;
  }

  /** Bytes taken from the budget. */
  public long bytes() {
    return 0;
  }

  @Override
  public void close() {}

  boolean putScannedRow(IndexRow row) {
    return false;
  }

  boolean putScannedVector(MemoryId id, int chunk, long contentVersion, float[] vector) {
    return false;
  }

  boolean buildIsTrustworthy() {
    return false;
  }

  void endBuild() {}
}
