package io.rekindle.node.audit;

import io.rekindle.node.config.Durability;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The audit log of one node. Thread-safe.
 *
 * <p>The life of a record: {@link #append} encodes it; one of the threads that append gives it the
 * next sequence number, chains its hash to the one before, seals it with whatever else waits into
 * one frame and writes the frame to the tail ({@link GroupCommit}, {@link TailWriter}); then {@code
 * append} returns. A background thread cuts the tail into blocks and puts them into the attached
 * {@link BlockSink} ({@link BlockShipper}). While the engine is down nothing is attached, and the
 * tail grows up to its bound.
 *
 * <p>Every heartbeat puts the state of the chain into the chain, and into a small head file beside
 * it: a tail that was cut before the last heartbeat is noticed, and the hole has its exact size. Of
 * a cut behind it only kill -9 could tell, and that looks the same.
 */
public final class AuditLog implements AutoCloseable {
  private final TailFolder folder;
  private final TailFile.Maker maker;
  private final TailWriter tail;
  private final BlockCipher cipher;
  private final IntentLedger intents;
  private final ChainAppender appender;
  private final BlockShipper shipper;
  private final AuditListing listing;
  private final RefusalCounts refusals;
  private final InstantSource clock;
  private final List<String> problemsAtOpen;
  private final @Nullable AuditPulse pulse;
  private volatile List<AuditRecord> mutationsAtOpen;
  private volatile ChainPoint heartbeat;
  private boolean closed;

  private AuditLog(
      TailFolder folder,
      TailRecovery.Recovered recovered,
      BlockCipher cipher,
      Durability durability,
      AuditSettings settings,
      InstantSource clock,
      TailFile.Maker maker,
      boolean background) {
    this.folder = folder;
    this.maker = maker;
    this.cipher = cipher;
    this.clock = clock;
    this.tail = new TailWriter(folder, recovered, cipher, durability, settings, clock, maker);
    this.intents = recovered.intents();
    this.appender = new ChainAppender(tail, intents, clock);
    this.shipper = new BlockShipper(folder, tail, cipher, settings, clock);
    this.listing = new AuditListing(shipper, folder, tail, cipher);
    this.refusals = new RefusalCounts(settings.refusalsPerSecondMax(), clock);
    this.problemsAtOpen = recovered.problems();
    this.mutationsAtOpen = recovered.mutations();
    this.heartbeat = recovered.point();
    this.pulse = background ? new AuditPulse(this, settings) : null;
  }

  /**
   * Opens the log in {@code folder}, which one process at a time may use, and starts its thread. A
   * frame torn by a crash is cut off; that, and any damage found, is itself recorded.
   *
   * @throws RekindleException AUDIT_UNAVAILABLE when the folder can't be used
   */
  public static AuditLog open(
      Path folder,
      BlockCipher cipher,
      Durability durability,
      AuditSettings settings,
      InstantSource clock) {
    return open(folder, cipher, durability, settings, clock, DiskTailFile::create, true);
  }

  /** As {@link #open}, for tests: with another disk, and without the thread. */
  static AuditLog open(
      Path path,
      BlockCipher cipher,
      Durability durability,
      AuditSettings settings,
      InstantSource clock,
      TailFile.Maker maker,
      boolean background) {
    try {
      TailFolder folder = TailFolder.open(path);
      try {
        TailRecovery.Recovered recovered = TailRecovery.recover(folder, cipher);
        AuditLog log =
            new AuditLog(folder, recovered, cipher, durability, settings, clock, maker, background);
        log.begin(recovered);
        return log;
      } catch (IOException | RuntimeException e) {
        folder.close();
        throw e;
      }
    } catch (IOException e) {
      throw unavailable("the audit folder can't be used", e);
    }
  }

  private void begin(TailRecovery.Recovered recovered) throws IOException {
    if (recovered.fileMin() == 0) {
      // First of all: from now on a missing tail is noticed.
      writeHead(recovered.point(), 0);
    }
    tail.ready();
    if (recovered.tornBytes() > 0) {
      appender.append(system("audit.tail-torn", recovered.tornBytes()));
    }
    if (!recovered.problems().isEmpty()) {
      appender.append(system("audit.tail-damaged", recovered.problems().size()));
    }
    heartbeat();
    if (pulse != null) {
      pulse.start();
    }
  }

  private AuditRecord system(String action, long count) {
    return system(RequestId.random(), action, count, "");
  }

  private AuditRecord system(RequestId id, String action, long count, String about) {
    return new AuditRecord(
        clock.instant(),
        AuditRecord.Kind.SYSTEM,
        id,
        null,
        null,
        action,
        List.of(),
        List.of(),
        count,
        null,
        AuditRecord.ALLOWED,
        "node",
        about,
        0);
  }

  /**
   * Appends what this node did by itself, or its part of what was asked of the cluster; as {@link
   * #append(AuditRecord)}.
   *
   * @param id of the request; a random one when there is none
   * @param action such as {@code backup.restored}
   * @param count of what it was done to
   * @param about to what it was done, such as {@code backup NAME}; <= 128 bytes
   */
  public void note(RequestId id, String action, long count, String about) {
    var _ = append(system(id, action, count, about));
  }

  /**
   * Appends a record and returns its sequence number when it is as durable as configured. An
   * interrupt does not end the wait.
   *
   * @throws RekindleException AUDIT_UNAVAILABLE when that can't be; nothing may then be answered.
   *     Later appends succeed once the disk accepts writes again
   */
  public long append(AuditRecord record) {
    return appender.append(record);
  }

  /**
   * As {@link #append(AuditRecord)}, about any number (<= 100,000) of memories: the record shows
   * the first 64, the count and the Merkle root, and the whole list follows it in the chain.
   */
  public long append(AuditRecord record, List<MemoryId> memories) {
    return appender.append(record, memories);
  }

  /**
   * Counts a request that was refused before its caller was known. The first of its (address,
   * reason, second) is as durable as configured when this returns; the others are summed.
   *
   * @param peer the socket's address, with or without port
   * @param reason one of few constants
   * @throws RekindleException AUDIT_UNAVAILABLE when the log can't be written
   */
  public void refused(String peer, String reason) {
    checkWritable();
    @Nullable AuditRecord first = refusals.first(peer, reason);
    if (first != null) {
      writeRefusals(List.of(first));
    }
  }

  /**
   * As {@link #refused}, for threads that must not wait for the disk: the log's own thread writes
   * the first one a moment later.
   */
  public void refusedWithoutWaiting(String peer, String reason) {
    checkWritable();
    if (refusals.add(peer, reason) && pulse != null) {
      pulse.wake();
    }
  }

  private void checkWritable() {
    if (appender.failing()) {
      throw new RekindleException(ErrorCode.AUDIT_UNAVAILABLE, "the audit log can't be written");
    }
  }

  /** The engine is up: blocks flow into {@code sink} from now on. Throws what the sink throws. */
  public void attach(BlockSink sink) {
    shipper.attach(sink);
  }

  /**
   * The engine is about to stop: the tail goes on alone. Waits for a put that is under way, at most
   * ten seconds.
   */
  public void detach() {
    shipper.detach();
    listing.forget();
  }

  /**
   * Intents without an outcome, oldest first, at most 4,096: right after {@link #open} those that a
   * crash left, later also those in flight. An OUTCOME or DENIAL record with the same request id
   * closes one.
   */
  public List<OpenIntent> openIntents() {
    return intents.list();
  }

  /**
   * The same intents with all their memory ids, as the tail and the attached sink have them; reads
   * the whole tail once.
   */
  public List<OpenIntent> withAllMemories(List<OpenIntent> open) {
    try {
      return shipper.frozen(
          view -> IntentMemories.complete(open, view, folder, tail.chain(), cipher));
    } catch (IOException e) {
      throw unavailable("the audit log can't be read", e);
    }
  }

  /**
   * The newest intents and outcomes that the tail held when it was opened, oldest first, at most
   * 8,192; forgotten by the call. What they say of memories should be found in the stores.
   */
  public List<AuditRecord> takeRecentMutations() {
    List<AuditRecord> taken = mutationsAtOpen;
    mutationsAtOpen = List.of();
    return taken;
  }

  /** Records of the tail and of the attached sink, newest first. */
  public AuditPage list(AuditQuery query) {
    try {
      return listing.list(query);
    } catch (IOException e) {
      throw unavailable("the audit log can't be read", e);
    }
  }

  /**
   * Recomputes the chain from the first block to the end of the tail; appends and blocks go on
   * meanwhile. While detached it knows the tail alone. Holds one block at a time.
   *
   * @throws RekindleException DEADLINE_EXCEEDED when the limit says so
   */
  public Reply.AuditVerified verify(WalkLimit limit) {
    try {
      return new ChainVerifier(null, limit)
          .verify(shipper, folder, tail.chain(), cipher, heartbeat, problemsAtOpen);
    } catch (IOException e) {
      throw unavailable("the audit log can't be read", e);
    }
  }

  /** As {@link #verify(WalkLimit)}, however long it takes. */
  public Reply.AuditVerified verify() {
    return verify(WalkLimit.NONE);
  }

  /** The last sequence number given; heartbeats and side lists take one, too. */
  public long lastSequence() {
    return tail.end().point().sequence();
  }

  /**
   * Puts all that was appended before the call into blocks, for a backup.
   *
   * @return where the last block ends
   * @throws RekindleException AUDIT_UNAVAILABLE when that can't be
   */
  public AuditPosition flush() {
    try {
      return shipper.flush();
    } catch (IOException e) {
      throw unavailable("the audit log can't be read", e);
    }
  }

  /** The chain of another node, by its blocks. */
  public OtherChain chainOf(BlockSink blocks) {
    return new OtherChain(blocks, cipher);
  }

  /** As {@link #list(AuditQuery)}, of the chain of another node. */
  public AuditPage list(AuditQuery query, BlockSink blocks) {
    return listing.list(query, blocks);
  }

  /** Bytes of all tail files. */
  public long tailBytes() {
    return folder.bytes();
  }

  /** Ships one block of what waits; whether there may be more. */
  boolean ship() throws IOException {
    return shipper.ship();
  }

  /** Writes the pairs of the running second of which nothing was written yet. */
  void writeFirstRefusals() {
    writeRefusals(refusals.takeFirst());
  }

  /** Writes what waits of the seconds that are over, or of all. */
  void writeRefusals(boolean all) {
    for (var sums = refusals.take(all); sums != null; sums = refusals.take(all)) {
      writeRefusals(sums);
    }
  }

  private void writeRefusals(List<AuditRecord> sums) {
    for (int i = 0; i < sums.size(); i++) {
      try {
        appender.append(sums.get(i));
      } catch (RuntimeException | Error e) {
        sums.subList(i, sums.size()).forEach(refusals::giveBack);
        throw e;
      }
    }
  }

  void heartbeat() throws IOException {
    appender.heartbeat();
    TailEnd end = tail.end();
    writeHead(end.point(), end.position().file());
    heartbeat = end.point();
  }

  private void writeHead(ChainPoint point, long file) throws IOException {
    HeadFile.write(folder.headPath(), maker, cipher, tail.chain(), point, file);
  }

  /** Writes what is summed and a last heartbeat, and closes the files. Idempotent. */
  @Override
  public void close() {
    synchronized (folder) {
      if (closed) {
        return;
      }
      closed = true;
    }
    if (pulse != null) {
      pulse.close();
    }
    try (folder;
        tail) {
      try {
        writeRefusals(true);
        heartbeat();
      } finally {
        appender.close();
      }
    } catch (IOException e) {
      throw unavailable("the audit log can't be written", e);
    }
  }

  private static RekindleException unavailable(String text, IOException cause) {
    return new RekindleException(ErrorCode.AUDIT_UNAVAILABLE, text, Map.of(), cause);
  }
}
