package io.rekindle.node.embedding;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import java.time.Duration;
import java.util.List;

/** The memories of this node that wait to be embedded: ids, fair between root namespaces. */
public final class EmbeddingQueue {
  private final BatchQueue<Waiting> queue;

  /** One memory that waits. */
  public record Waiting(NamespacePath namespace, MemoryId memoryId) {}

  public EmbeddingQueue(NodeConfig.Embedding config) {
    this.queue =
        new BatchQueue<>(
            config.queueMax(), config.batchItemsMax(), config.batchInterval(), System::nanoTime);
  }

  /**
   * Offers a memory; never blocks.
   *
   * @return false when there is no room: the row stays pending and the sweep brings it again
   */
  public boolean offer(NamespacePath namespace, MemoryId memoryId) {
    return queue.offer(namespace.root(), new Waiting(namespace, memoryId));
  }

  /** As {@link BatchQueue#take(Duration)}. */
  public List<Waiting> take(Duration timeout) throws InterruptedException {
    return queue.take(timeout);
  }

  /** As {@link BatchQueue#poll()}. */
  public List<Waiting> poll() {
    return queue.poll();
  }

  /** Whether there is no room for anybody; a root may find none of its own before. */
  public boolean isFull() {
    return queue.isFull();
  }

  public int size() {
    return queue.size();
  }

  public void close() {
    queue.close();
  }
}
