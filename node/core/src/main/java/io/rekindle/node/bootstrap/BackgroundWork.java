package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.access.SystemPass.Purpose;
import io.rekindle.node.config.IndexConfig;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.embedding.EmbeddingWaits;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.maintenance.PeriodicWork;
import io.rekindle.node.maintenance.access.AccessFlush;
import io.rekindle.node.maintenance.embedding.EmbedOperation;
import io.rekindle.node.maintenance.embedding.EmbeddingGrid;
import io.rekindle.node.maintenance.embedding.EmbeddingPipeline;
import io.rekindle.node.maintenance.embedding.EmbeddingSweep;
import io.rekindle.node.maintenance.embedding.PinnedModels;
import io.rekindle.node.maintenance.embedding.QueueTakeover;
import io.rekindle.node.maintenance.expiry.ExpirySweep;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.AccessCounters;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.owner.StandbyCalls;
import java.time.Duration;
import org.apache.ignite.Ignite;

/** Wires and runs what happens without a request. */
final class BackgroundWork implements AutoCloseable {
  /** Between looks whether rows became this node's to embed. */
  private static final Duration TAKEOVER_LOOK = Duration.ofSeconds(1);

  private final PeriodicWork periodic = new PeriodicWork();
  private final CallWatch watch;
  private final EmbeddingGrid grid;
  private final EmbeddingPipeline pipeline;
  private final EmbeddingSweep sweep;
  private final QueueTakeover takeover;
  private final AccessFlush accessFlush;

  private BackgroundWork(
      CallWatch watch,
      EmbeddingGrid grid,
      EmbeddingPipeline pipeline,
      EmbeddingSweep sweep,
      QueueTakeover takeover,
      AccessFlush accessFlush) {
    this.watch = watch;
    this.grid = grid;
    this.pipeline = pipeline;
    this.sweep = sweep;
    this.takeover = takeover;
    this.accessFlush = accessFlush;
  }

  static BackgroundWork start(
      NodeParts parts,
      Ignite ignite,
      IgniteStorage storage,
      EmbeddingQueue queue,
      EmbeddingWaits waits,
      AccessCounters accesses,
      AccessCountStore accessCounts,
      ModelsInUse modelsInUse) {
    CallWatch watch = CallWatch.ofPassages(parts.config().embedding());
    SystemPass pass = SystemPass.mint(Purpose.EMBEDDING);
    EmbeddingGrid grid = grid(parts, ignite, storage, waits, watch, pass);
    EmbeddingPipeline pipeline =
        new EmbeddingPipeline(
            parts.config().embedding(),
            queue,
            grid,
            (item, contentVersion) -> {
              giveUp(storage, pass, item, contentVersion);
              waits.changed(item.memoryId());
            });
    EmbeddingSweep sweep =
        new EmbeddingSweep(
            storage.vectors(),
            queue,
            pipeline,
            parts.meters(),
            parts.clock(),
            parts.config().embedding().failedRetry());
    AccessFlush accessFlush =
        new AccessFlush(accesses, accessCounts, SystemPass.mint(Purpose.ACCESS_TRACKING));
    int batch = parts.config().embedding().batchItemsMax();
    QueueTakeover takeover =
        EmbeddingPart.takeover(
            ignite,
            () -> queue.size() <= batch,
            () -> sweep.offerPending(SystemPass.mint(Purpose.SWEEP)));
    BackgroundWork work = new BackgroundWork(watch, grid, pipeline, sweep, takeover, accessFlush);
    work.schedule(parts, storage);
    work.periodic.once("models of namespaces", modelsInUse::findMissing);
    pipeline.start();
    return work;
  }

  private static EmbeddingGrid grid(
      NodeParts parts,
      Ignite ignite,
      IgniteStorage storage,
      EmbeddingWaits waits,
      CallWatch watch,
      SystemPass pass) {
    EmbedOperation operation =
        new EmbedOperation(
            storage.namespaces(),
            storage.vectors(),
            new PinnedModels(parts.models(), storage.modelPins(), pass),
            watch,
            parts.meters(),
            waits::changed,
            pass);
    return EmbeddingPart.begin(parts, ignite, storage.namespaces(), operation, watch, waits, pass);
  }

  private static void giveUp(
      IgniteStorage storage, SystemPass pass, Waiting item, long contentVersion) {
    try {
      Namespace namespace = storage.namespaces().get(pass, item.namespace());
      storage.vectors().fail(pass, namespace, item.memoryId(), contentVersion);
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.NAMESPACE_NOT_FOUND) {
        throw e;
      }
    }
  }

  /** What knows how many memories wait, or have failed. */
  EmbeddingSweep sweep() {
    return sweep;
  }

  /** What knows on how many texts a model hangs. */
  CallWatch watch() {
    return watch;
  }

  /** Has what waits for its vector looked for within a second, and not by the next sweep. */
  void lookForWaiting() {
    takeover.wake();
  }

  /** How many nodes embed what is stored through this one. */
  int embedders() {
    return grid.embedders();
  }

  private void schedule(NodeParts parts, IgniteStorage storage) {
    NodeConfig.Maintenance config = parts.config().maintenance();
    SystemPass sweepPass = SystemPass.mint(Purpose.SWEEP);
    // What the last process left pending is taken up at once, not after the first pause; and so is
    // what another node had in its queue when it left.
    var _ = sweep.offerPending(sweepPass);
    periodic.every(TAKEOVER_LOOK, "takeover of embeddings", takeover::look);
    periodic.once("first embedding sweep", () -> sweep.runOnceOverAll(sweepPass));
    periodic.every(config.sweepInterval(), "embedding sweep", () -> sweep.run(sweepPass));
    ExpirySweep expiry =
        new ExpirySweep(storage.memories(), parts.audit(), parts.meters(), parts.clock());
    SystemPass deletePass = SystemPass.mint(Purpose.RECOVERY);
    Runnable deletes = () -> storage.namespaces().resumeDeletes(deletePass);
    periodic.once("deletes of namespaces", deletes);
    periodic.every(config.sweepInterval(), "deletes of namespaces", deletes);
    SystemPass expiryPass = SystemPass.mint(Purpose.EXPIRY);
    periodic.every(config.expiryInterval(), "expiry sweep", () -> expiry.runAll(expiryPass));
    periodic.every(
        config.expiryInterval(), "idempotency sweep", () -> expiry.dropIdempotency(expiryPass));
    accessFlush.start(config.accessFlushInterval());
    IndexConfig index = parts.config().index();
    periodic.every(index.idleAfter(), "idle indexes", storage.indexes()::dropIdle);
    periodic.every(index.standbyInterval(), "slices that are gone", storage.indexes()::dropGone);
    periodic.every(index.wordsRefreshInterval(), "words", storage.indexes()::refreshWords);
    periodic.every(
        index.wordsCompactInterval(), "words that are gone", storage.indexes()::compactWords);
    periodic.every(index.wordsFilesInterval(), "files of words", storage.indexes()::keepWordFiles);
    periodic.every(
        index.snapshotInterval(), "snapshots of vectors", storage.indexes()::keepSnapshots);
  }

  /** From here on others stand by for what is loaded here. */
  void keepStandby(IndexConfig config, StandbyCalls calls) {
    if (config.standby()) {
      periodic.every(config.standbyInterval(), "slices that stand by", calls::round);
    }
  }

  @Override
  public void close() {
    grid.close();
    pipeline.close();
    watch.close();
    periodic.close();
    accessFlush.close();
  }
}
