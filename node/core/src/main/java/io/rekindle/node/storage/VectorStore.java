package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The vectors of memories, as the embedding pipeline sees them. Thread-safe. */
public interface VectorStore {
  /** Opens the text of a memory that waits, or null when it is gone or has its vectors. */
  @Nullable PendingText openPending(Pass pass, Namespace namespace, MemoryId memoryId);

  /**
   * Puts the vectors and flips the row to EMBEDDED, in one transaction.
   *
   * @param chunks in order, at least one, each of the namespace's dimensions
   * @return false, having done nothing, when the row is gone or its content has changed since
   */
  boolean complete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      long contentVersion,
      EmbeddingModelId model,
      List<float[]> chunks);

  /** Flips a waiting row to FAILED; false when it is gone or no longer waits for this content. */
  boolean fail(Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion);

  /** Memories of one status (PENDING or FAILED) on this node; no order is promised. */
  List<PendingMemory> findPending(Pass pass, EmbeddingStatus status, int limit);

  /**
   * Compares rows with vectors in one partition: a row that claims vectors and lacks one becomes
   * PENDING; a vector, access count or uniqueness record without its row is removed.
   *
   * @param partition 0 to {@link #partitions()} - 1; one that is not on this node has nothing
   */
  SweepResult sweep(Pass pass, int partition);

  int partitions();

  /**
   * What a sweep mended.
   *
   * @param rowsRequeued rows made PENDING
   * @param orphansRemoved vectors, access counts and uniqueness records without a row
   */
  record SweepResult(int rowsRequeued, int orphansRemoved) {}
}
