package io.rekindle.node.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot in a thread of its own, a few batches ahead of who takes them in: to open and
 * parse it takes about as long as that. Used by one thread; {@link #close} waits until the other
 * has let go of the stream.
 */
final class SnapshotQueue implements AutoCloseable {
  private static final int MEMORIES = 256;
  private static final int BATCHES = 4;
  private static final List<KeptMemory> END = List.of();

  private final BlockingQueue<List<KeptMemory>> read = new ArrayBlockingQueue<>(BATCHES);
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("snapshot-read").factory());
  private final Future<Boolean> reading;

  SnapshotQueue(SnapshotReader reader) {
    this.reading = thread.submit(() -> readAll(reader));
  }

  private boolean readAll(SnapshotReader reader) throws IOException, InterruptedException {
    try {
      List<KeptMemory> batch = new ArrayList<>(MEMORIES);
      for (KeptMemory next = reader.next(); next != null; next = reader.next()) {
        batch.add(next);
        if (batch.size() == MEMORIES) {
          read.put(batch);
          batch = new ArrayList<>(MEMORIES);
        }
      }
      if (!batch.isEmpty()) {
        read.put(batch);
      }
    } finally {
      read.put(END);
    }
    return true;
  }

  /**
   * The next memories, or null at the end; not asked again then.
   *
   * @throws IOException as {@link SnapshotReader#next}, after what came before
   * @throws InterruptedException when this thread is interrupted while it waits
   */
  @Nullable List<KeptMemory> next() throws IOException, InterruptedException {
    List<KeptMemory> batch = read.take();
    if (batch.isEmpty()) {
      result();
      return null;
    }
    return batch;
  }

  private void result() throws IOException, InterruptedException {
    try {
      var _ = reading.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException damaged) {
        throw damaged;
      }
      throw new IllegalStateException("a snapshot could not be read", e.getCause());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    thread.close();
  }
}
