package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditSettings;
import io.rekindle.node.cluster.EncryptedCachesCheck;
import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.cluster.MaintenanceDoneException;
import io.rekindle.node.cluster.NodeTls;
import io.rekindle.node.cluster.SeparateRingException;
import io.rekindle.node.cluster.WaitOutsideException;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.endpoint.grpc.GrpcDoor;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.gate.DiskReserve;
import io.rekindle.node.keyring.AuditCipher;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.telemetry.Diagnostics;
import io.rekindle.node.telemetry.NodeMeters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lives as long as the process: the lock of the data folder, the cluster key, the audit log
 * and the door. The engine comes and goes inside it.
 *
 * <p>The order of the start is the order of the checks: the keys, the certificates, the caches on
 * disk, the operator's models, the folder's lock; only then is anything written.
 */
public final class NodeShell implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeShell.class);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long OUTSIDE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final String MARK = FolderMark.FILE;

  /** Actions of the audit. */
  private static final String KEY_LOCKED = "key.locked";

  private static final String KEY_UNLOCKED = "key.unlocked";

  private final HeldKey key;
  private final AuditCipher auditCipher;
  private final GateSwitch gate;
  private final GrpcDoor door;
  private final Deque<AutoCloseable> owned;

  /** Locks and unlocks, one after the other: what takes long must not keep the key's watch. */
  private final ExecutorService locking =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("key-lock").factory());

  /** Locks that wait for their turn. A start waits for others, perhaps for ever: they end it. */
  private final AtomicInteger locksDue = new AtomicInteger();

  private volatile NodeParts parts;
  private @Nullable Engine engine;
  private volatile boolean engineUp;
  private volatile boolean starting;
  private volatile boolean closing;
  private boolean keyWiped;

  private NodeShell(
      NodeParts parts,
      HeldKey key,
      AuditCipher auditCipher,
      GateSwitch gate,
      GrpcDoor door,
      Deque<AutoCloseable> owned) {
    this.parts = parts;
    this.key = key;
    this.auditCipher = auditCipher;
    this.gate = gate;
    this.door = door;
    this.owned = owned;
  }

  /**
   * Opens the shell: after this the door answers that the node is not ready.
   *
   * @param configs reads the configuration, now and when that of the customer's key has changed
   * @throws io.rekindle.node.error.StartRefusedException in one sentence, having touched nothing
   */
  static NodeShell open(HeldKey.ConfigSource configs, EngineFailureReaction reaction)
      throws IOException {
    Path folder = configs.read().dataFolder();
    return open(configs, reaction, InstantSource.system(), () -> folder.toFile().getUsableSpace());
  }

  /** As above, with another clock and another disk than the machine's. */
  static NodeShell open(
      HeldKey.ConfigSource configs,
      EngineFailureReaction reaction,
      InstantSource clock,
      LongSupplier usableBytes)
      throws IOException {
    Deque<AutoCloseable> owned = new ArrayDeque<>();
    try {
      return open(configs, reaction, clock, usableBytes, owned);
    } catch (IOException | RuntimeException e) {
      closeAll(owned);
      throw e;
    }
  }

  private static NodeShell open(
      HeldKey.ConfigSource configs,
      EngineFailureReaction reaction,
      InstantSource clock,
      LongSupplier usableBytes,
      Deque<AutoCloseable> owned)
      throws IOException {
    Path folder = configs.read().dataFolder();
    Map<String, String> keySettings = KeySettings.ofCluster(folder);
    NodeConfig config = configs.read(); // After them, so that a move in between is noticed.
    RestoreMark.requireMade(folder);
    HostSafety.check();
    CustomerKeys.check(config);
    HeldKey key = own(owned, HeldKey.open(config, keySettings, folder.resolve(MARK), configs));
    ClusterKey clusterKey = own(owned, key.clusterKey());
    checkMark(folder, clusterKey);
    if (RestoreMark.find(folder) == null) {
      // A restore that begins again has emptied them itself.
      EngineFolders.checkPages(folder);
    }
    NodeTls tls = NodeTls.load(config.tls(), folder, clock.instant());
    EncryptedCachesCheck.check(folder);
    ModelRegistry models = own(owned, ModelRegistry.load(config.embedding(), folder));
    HostSafety.restrict(EngineFolders.temporary(folder));
    EngineFolders folders = own(owned, EngineFolders.open(folder));
    DiskRoom room = new DiskRoom(config, folders, usableBytes);
    room.checkStart();
    own(owned, beginDiagnostics(folder));
    HostSafety.warn();
    Keyring.loadNatives(folders.temporary());
    ensureMark(folder.resolve(MARK), clusterKey);
    AuditCipher auditCipher = new AuditCipher(clusterKey);
    AuditLog audit =
        own(
            owned,
            AuditLog.open(
                folder.resolve("audit"),
                auditCipher,
                config.durability(),
                AuditSettings.of(config.audit()),
                clock));
    NodeMeters meters = own(owned, new NodeMeters());
    EngineFailures failures = new EngineFailures(reaction);
    NodeParts parts =
        new NodeParts(
            config,
            folders,
            clusterKey,
            key,
            configs,
            tls,
            audit,
            models,
            meters,
            new DiskReserve(config.disk().reserveBytes().bytes(), room),
            failures,
            clock);
    GateSwitch gate = new GateSwitch(audit, meters);
    Warming warming = new Warming(models);
    GrpcDoor door =
        own(
            owned,
            GrpcDoor.open(
                config.door(),
                new GrpcDoor.Wiring(
                    tls.serverCertificate(),
                    tls.serverKey(),
                    gate,
                    gate,
                    warming::names,
                    meters::scrape,
                    clock)));
    NodeShell shell = new NodeShell(parts, key, auditCipher, gate, door, owned);
    warming.watch(shell);
    key.watch(shell.new KeyUser());
    failures.watch(key);
    return shell;
  }

  /**
   * Starts the engine and opens the gate. Does nothing when it runs, or while the node is locked:
   * it starts by itself when the customer's key is back. So it returns without an engine when the
   * node is locked while it waits for others.
   */
  public synchronized void startEngine() {
    if (engine != null || keyWiped || closing) {
      return;
    }
    starting = true;
    try {
      Engine started = startTogether();
      if (started == null) {
        return;
      }
      engine = started;
      parts.models().warmUp();
      gate.open(started.gate(), started::forbidden);
      engineUp = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      starting = false;
    }
  }

  /**
   * Waits until the node answers: its key may have been revoked in the middle of its start.
   *
   * @param ended asked now and then; true ends the waiting
   */
  void awaitUnlocked(BooleanSupplier ended) {
    while (!engineUp && !closing && !ended.getAsBoolean()) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Whether the engine is being started, which may wait for other nodes for ever. */
  boolean isStarting() {
    return starting;
  }

  /**
   * An engine that came up apart from the others is none, and every try waits for them; one that
   * repaired its indexes has to start once more, and once is enough.
   *
   * @return null when a lock is due, which the start keeps waiting
   */
  private @Nullable Engine startTogether() throws IOException {
    boolean repaired = false;
    while (!isLockDue()) {
      try {
        return Engine.start(parts, this::isLockDue);
      } catch (SeparateRingException e) {
        if (!isLockDue()) {
          LOG.atInfo().log("other nodes are there now: the engine starts anew to join them");
        }
      } catch (WaitOutsideException e) {
        LOG.atInfo().log("the cluster has lost partitions, and others have to come back first");
        LockSupport.parkNanos(OUTSIDE_NANOS);
      } catch (MaintenanceDoneException e) {
        if (repaired) {
          throw e;
        }
        repaired = true;
        LOG.warn("indexes that the last run left in doubt were rebuilt; the engine starts again");
      }
    }
    LOG.info("the node is locked in its start, and waits for no others any more");
    return null;
  }

  private boolean isLockDue() {
    return locksDue.get() > 0;
  }

  /**
   * Closes the gate with a reason and stops the engine; the process, the door and the audit go on.
   */
  public synchronized void stopEngine(ErrorCode reason) {
    Engine running = engine;
    engineUp = false;
    gate.close(reason);
    if (running != null) {
      engine = null;
      running.close();
    }
  }

  /** As {@link #stopEngine}, when Ignite can't go on: without a checkpoint. */
  void haltEngine() {
    engineUp = false;
    gate.close(ErrorCode.NOT_READY);
    synchronized (this) {
      Engine running = engine;
      engine = null;
      if (running != null) {
        running.halt();
      }
    }
  }

  /** The port of the door. */
  public int port() {
    return door.port();
  }

  /** The stable id of this node. */
  String nodeId() {
    return parts.folders().nodeId().toString();
  }

  /** What the door shows of the meters. */
  String metrics() {
    return parts.meters().scrape();
  }

  private List<String> warmingParts() {
    if (gate.isLocked()) {
      return List.of("key");
    }
    return engineUp ? List.of() : List.of("engine");
  }

  @Override
  public void close() {
    closing = true;
    key.close();
    locking.shutdown();
    stopEngine(ErrorCode.NOT_READY);
    closeAll(owned);
    parts.clusterKey().close();
  }

  /** What the customer's key being taken away, and given back, does to this node. */
  private final class KeyUser implements HeldKey.User {
    @Override
    public void lock(Probe because) {
      gate.lock();
      locksDue.incrementAndGet();
      execute(() -> stopAndWipe(because));
    }

    @Override
    public void unlock(ClusterKey unwrapped) {
      gate.unlock();
      execute(() -> startAgain(unwrapped));
    }

    /** A node that stops anyhow has nothing to be locked. */
    private void execute(Runnable task) {
      if (!locking.isShutdown()) {
        locking.execute(task);
      }
    }

    /**
     * An engine that does not stop may keep keys: the process ends, and the next is refused its
     * start. The audit goes on under a key of its own, and that it can't be written keeps nobody
     * in.
     */
    private void stopAndWipe(Probe because) {
      synchronized (NodeShell.this) {
        locksDue.decrementAndGet();
        try {
          stopEngine(ErrorCode.KEY_REVOKED);
          LOG.info("the engine of the locked node has stopped");
        } catch (RuntimeException | Error e) {
          parts.failures().engineFailed(KEY_LOCKED, e);
        } finally {
          keyWiped = true;
          parts.clusterKey().close();
        }
      }
      System.gc(); // What was derived from the key is garbage now, and not overwritten.
      note(KEY_LOCKED, "answer " + because);
    }

    /** Without its engine a node whose key is back is of no use: it ends, and is started anew. */
    private void startAgain(ClusterKey unwrapped) {
      starting = true;
      try {
        synchronized (NodeShell.this) {
          if (closing) {
            unwrapped.close();
            return;
          }
          parts = parts.with(unwrapped);
          auditCipher.follow(unwrapped);
          keyWiped = false;
          gate.close(ErrorCode.NOT_READY);
          note(KEY_UNLOCKED, "");
          startEngine();
        }
      } catch (RuntimeException | Error e) {
        parts.failures().engineFailed(KEY_UNLOCKED, e);
      } finally {
        starting = false;
      }
    }

    private void note(String action, String about) {
      try {
        parts.audit().note(RequestId.random(), action, 1, about);
      } catch (RuntimeException | Error e) {
        LOG.atError().addKeyValue("action", action).setCause(e).log("it could not be recorded");
      }
    }
  }

  private static Diagnostics beginDiagnostics(Path folder) {
    try {
      return Diagnostics.begin(folder);
    } catch (IOException e) {
      throw new StartRefusedException("The diagnostics below " + folder + " can't be written.", e);
    }
  }

  private static void checkMark(Path folder, ClusterKey clusterKey) {
    Path mark = folder.resolve(MARK);
    if (FolderMark.exists(mark)) {
      FolderMark.check(mark, clusterKey);
    } else if (EngineFolders.hasPages(folder)) {
      throw new StartRefusedException(
          "The folder mark " + mark + " is missing, but there is data beside it.");
    }
  }

  private static void ensureMark(Path mark, ClusterKey clusterKey) {
    try {
      if (FolderMark.exists(mark)) {
        FolderMark.bringUpToDate(mark, clusterKey);
      } else {
        FolderMark.create(mark, clusterKey);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T extends AutoCloseable> T own(Deque<AutoCloseable> owned, T part) {
    owned.push(part);
    return part;
  }

  private static void closeAll(Deque<AutoCloseable> owned) {
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception e) {
        LOG.atError().setCause(e).log("a part of the node stopped badly");
      }
    }
  }

  /** What to do when Ignite reports that it can't go on. */
  @FunctionalInterface
  interface EngineFailureReaction {
    void engineFailed(String kind, @Nullable Throwable cause);
  }

  /** Names what still warms, from the moment that the door is open. */
  private static final class Warming {
    private final ModelRegistry models;
    private volatile @Nullable NodeShell shell;

    Warming(ModelRegistry models) {
      this.models = models;
    }

    void watch(NodeShell opened) {
      shell = opened;
    }

    List<String> names() {
      NodeShell opened = shell;
      List<String> names =
          new ArrayList<>(opened == null ? List.of("engine") : opened.warmingParts());
      models.warming().forEach(model -> names.add("model:" + model));
      return names;
    }
  }
}
