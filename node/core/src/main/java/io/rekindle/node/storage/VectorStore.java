package io.rekindle.node.storage;

import io.rekindle.node.access.Pass;
import io.rekindle.node.model.EmbeddedChunk;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The vectors of memories, as the embedding pipeline sees them. Thread-safe. */
public interface VectorStore {
  /** In the place of a content version where it is not known: theirs begin at 1. */
  long ANY_CONTENT = 0;

  /** Opens the text of a memory that waits, or null when it is gone or has its vectors. */
  @Nullable PendingText openPending(Pass pass, Namespace namespace, MemoryId memoryId);

  /** How far a content is on its way to be found by meaning; takes no lock. */
  ContentState stateOf(Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion);

  /** Waits while a transaction writes the memory: milliseconds, if any. */
  void awaitCommit(Pass pass, Namespace namespace, MemoryId memoryId);

  /** How far a content is. */
  enum ContentState {
    PENDING,
    /** Every search that begins after {@link #awaitCommit} can find it. */
    EMBEDDED,
    /** Without attempts left; tried again daily. */
    FAILED,
    /** Of a memory that is absent, expired, hidden, or has other content by now. */
    GONE
  }

  /**
   * Puts the vectors and flips the row to EMBEDDED, in one transaction.
   *
   * @param chunks in order, at least one, each vector of the namespace's dimensions
   * @return false, having done nothing, when the row is gone or its content has changed since
   */
  boolean complete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      long contentVersion,
      EmbeddingModelId model,
      List<EmbeddedChunk> chunks);

  /**
   * Flips a waiting row to FAILED, as of now. Opens nothing, so that a text that does not open can
   * fail too.
   *
   * @param contentVersion of what failed, or {@link #ANY_CONTENT}
   * @return false, having done nothing, when the row is gone, has its vectors or has other content
   */
  boolean fail(Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion);

  /**
   * Visits the memories of one status (PENDING or FAILED) on this node, until the visitor says
   * false; in an order that is always the same, whatever comes and goes.
   *
   * @param after only what comes behind this one, which may be gone; null for all
   * @return whether the visitor said false
   */
  boolean visitPending(
      Pass pass,
      EmbeddingStatus status,
      @Nullable PendingMemory after,
      Predicate<PendingMemory> visitor);

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
