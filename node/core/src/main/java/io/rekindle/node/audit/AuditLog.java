package io.rekindle.node.audit;

import io.rekindle.node.config.Durability;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** The audit log of one node. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester") // The signatures come first, so that others compile.
public final class AuditLog implements AutoCloseable {
  private AuditLog() {}

  /** Opens the log in {@code folder}, which one process at a time may use. */
  public static AuditLog open(
      Path folder,
      BlockCipher cipher,
      Durability durability,
      AuditSettings settings,
      InstantSource clock) {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends a record and returns its sequence number when it is as durable as configured.
   *
   * @throws io.rekindle.node.error.RekindleException AUDIT_UNAVAILABLE when that can't be; nothing
   *     may then be answered
   */
  public long append(AuditRecord record) {
    throw new UnsupportedOperationException();
  }

  /**
   * As {@link #append(AuditRecord)}, about any number (<= 100,000) of memories: the record shows
   * the first 64, the count and the Merkle root, and the whole list follows it in the chain.
   */
  public long append(AuditRecord record, List<MemoryId> memories) {
    throw new UnsupportedOperationException();
  }

  /** Counts a failed authentication, to be written with the others of its second. */
  public void authenticationFailed(String peer, String reason) {
    throw new UnsupportedOperationException();
  }

  /** The engine is up: blocks flow into {@code sink} from now on. */
  public void attach(BlockSink sink) {
    throw new UnsupportedOperationException();
  }

  /** The engine is about to stop: the tail goes on alone. Waits for a put that is under way. */
  public void detach() {
    throw new UnsupportedOperationException();
  }

  /** Intents found at open without an outcome and not closed since, oldest first. */
  public List<OpenIntent> openIntents() {
    throw new UnsupportedOperationException();
  }

  public AuditPage list(AuditQuery query) {
    throw new UnsupportedOperationException();
  }

  /** Recomputes the chain from the first block to the end of the tail. */
  public Reply.AuditVerified verify() {
    throw new UnsupportedOperationException();
  }

  public long lastSequence() {
    throw new UnsupportedOperationException();
  }

  /** Bytes of all tail files. */
  public long tailBytes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
