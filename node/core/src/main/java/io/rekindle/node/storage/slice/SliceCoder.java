package io.rekindle.node.storage.slice;

import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to slices that have grown large, one after the other on a thread of its own, while they are
 * searched: makes their codes, and frees the floats that they have no more use for. Thread-safe.
 */
final class SliceCoder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SliceCoder.class);
  private static final int QUEUE_MAX = 1_024;

  /** What found no room is not tried again at each search. */
  private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Set<LiveSlice> waiting = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor thread;

  SliceCoder() {
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            Thread.ofPlatform().daemon().name("slice-coder").factory());
    thread.allowCoreThreadTimeOut(true);
  }

  /** Sees to a slice, if it wants that; returns at once. */
  void offer(LiveSlice slice) {
    if (!(slice.index().hasFloatsToFree() || wantsCodes(slice)) || !waiting.add(slice)) {
      return;
    }
    try {
      thread.execute(() -> code(slice));
    } catch (RejectedExecutionException e) {
      // The queue is full, or the node stops: a later search offers it again.
      waiting.remove(slice);
    }
  }

  private static boolean wantsCodes(LiveSlice slice) {
    return slice.index().wantsCodes() && slice.mayBeCoded();
  }

  private void code(LiveSlice slice) {
    try {
      slice.index().freeFloats();
      if (wantsCodes(slice) && !slice.index().buildCodes()) {
        slice.noCodesFor(RETRY_NANOS);
      }
    } catch (RuntimeException e) {
      slice.noCodesFor(RETRY_NANOS);
      LOG.atError()
          .addKeyValue("type", e.getClass().getName())
          .log("the codes of a slice could not be made; it is searched exactly");
    } finally {
      waiting.remove(slice);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
