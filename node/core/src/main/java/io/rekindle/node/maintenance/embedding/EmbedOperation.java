package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingBatch;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.EmbeddingOutcome;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.PendingText;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.telemetry.NodeMeters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embeds one batch: opens the texts that still wait, embeds each, and completes each row in a
 * transaction of its own. Runs on the node with the embedding role, called through {@code
 * SliceCalls}. Thread-safe.
 */
public final class EmbedOperation {
  /** The name that the operation is registered under. */
  public static final String NAME = "embed";

  /**
   * In the place of a content: its tenant's key is not to be had on the node that was asked. No
   * attempt; it is pending still.
   */
  static final long LOCKED = Long.MIN_VALUE;

  private static final Logger LOG = LoggerFactory.getLogger(EmbedOperation.class);

  private final NamespaceStore namespaces;
  private final VectorStore vectors;
  private final PinnedModels models;
  private final CallWatch watch;
  private final NodeMeters meters;
  private final Consumer<MemoryId> changed;
  private final SystemPass pass;

  /**
   * The operation of a node.
   *
   * @param changed told of each memory whose vectors came; must not block
   */
  public EmbedOperation(
      NamespaceStore namespaces,
      VectorStore vectors,
      PinnedModels models,
      CallWatch watch,
      NodeMeters meters,
      Consumer<MemoryId> changed,
      SystemPass pass) {
    this.namespaces = namespaces;
    this.vectors = vectors;
    this.models = models;
    this.watch = watch;
    this.meters = meters;
    this.changed = changed;
    this.pass = pass;
  }

  private record Job(int position, Namespace namespace, Waiting item, PendingText text) {}

  /**
   * Answers with what failed, by its position, and which content that was; what needs no embedding
   * any more has not failed.
   *
   * @throws RekindleException NOT_READY when the thread was interrupted: nobody waits for the
   *     answer any more, and what failed may have failed by that
   */
  public byte[] run(byte[] message) {
    List<Waiting> batch = EmbedCallCodec.read(message);
    SortedMap<Integer, Long> failed = new TreeMap<>();
    Map<EmbeddingModelId, List<Job>> byModel = new LinkedHashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      Job job = open(i, batch.get(i), failed);
      if (job != null) {
        byModel.computeIfAbsent(job.text().model(), _ -> new ArrayList<>()).add(job);
      }
    }
    byModel.forEach((model, jobs) -> embed(model, jobs, failed));
    if (Thread.currentThread().isInterrupted()) {
      throw new RekindleException(ErrorCode.NOT_READY, "the node stops");
    }
    meters.count(
        NodeMeters.Count.EMBEDDINGS_FAILED,
        failed.values().stream().filter(content -> content != LOCKED).count());
    return EmbedCallCodec.writeFailures(failed);
  }

  private @Nullable Job open(int position, Waiting item, SortedMap<Integer, Long> failed) {
    try {
      Namespace namespace = namespaces.open(pass, item.namespace());
      PendingText text = vectors.openPending(pass, namespace, item.memoryId());
      return text == null ? null : new Job(position, namespace, item, text);
    } catch (RuntimeException e) {
      failUnlessGone(position, item, VectorStore.ANY_CONTENT, e, failed);
      return null;
    }
  }

  private void embed(EmbeddingModelId modelId, List<Job> jobs, SortedMap<Integer, Long> failed) {
    EmbeddingModel model;
    try {
      model = watch.over(models.get(modelId));
    } catch (RekindleException e) {
      jobs.forEach(job -> fail(job, e, failed));
      return;
    }
    EmbeddingBatch.embedEach(
        model,
        jobs.stream().map(job -> job.text().content()).toList(),
        (outcome, i) -> finish(jobs.get(i), outcome, failed));
  }

  private void finish(Job job, EmbeddingOutcome outcome, SortedMap<Integer, Long> failed) {
    switch (outcome) {
      case EmbeddingOutcome.Failed(var cause) -> fail(job, cause, failed);
      case EmbeddingOutcome.Embedded(var chunks, var elapsed) -> {
        meters.stage(NodeMeters.Stage.EMBED_PASSAGE, elapsed);
        try {
          boolean done =
              vectors.complete(
                  pass,
                  job.namespace(),
                  job.item().memoryId(),
                  job.text().contentVersion(),
                  job.text().model(),
                  chunks);
          meters.count(NodeMeters.Count.MEMORIES_EMBEDDED, done ? 1 : 0);
          changed.accept(job.item().memoryId());
        } catch (RuntimeException e) {
          failUnlessGone(job.position(), job.item(), job.text().contentVersion(), e, failed);
        }
      }
    }
  }

  /** Deleted since it was queued: nothing is left to embed. */
  private static boolean isGone(RuntimeException error) {
    return error instanceof RekindleException e
        && (e.code() == ErrorCode.NAMESPACE_NOT_FOUND || e.code() == ErrorCode.MEMORY_NOT_FOUND);
  }

  private static boolean isLocked(RuntimeException error) {
    return error instanceof RekindleException e && e.code() == ErrorCode.KEY_REVOKED;
  }

  private static void failUnlessGone(
      int position,
      Waiting item,
      long contentVersion,
      RuntimeException error,
      SortedMap<Integer, Long> failed) {
    if (isLocked(error)) {
      failed.put(position, LOCKED);
    } else if (!isGone(error)) {
      fail(position, item, contentVersion, error, failed);
    }
  }

  private static void fail(Job job, RuntimeException error, SortedMap<Integer, Long> failed) {
    fail(job.position(), job.item(), job.text().contentVersion(), error, failed);
  }

  /** An attempt of this memory alone, whatever it was: its neighbours go on. */
  private static void fail(
      int position,
      Waiting item,
      long contentVersion,
      RuntimeException error,
      SortedMap<Integer, Long> failed) {
    LOG.atWarn()
        .addKeyValue("memory", item.memoryId())
        .addKeyValue("code", error instanceof RekindleException e ? e.code() : ErrorCode.INTERNAL)
        .setCause(error)
        .log("an attempt to embed failed");
    failed.put(position, contentVersion);
  }
}
