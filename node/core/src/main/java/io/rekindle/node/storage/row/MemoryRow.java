package io.rekindle.node.storage.row;

import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A memory on disk: structural columns, and the payload as a sealed envelope. Immutable. */
public final class MemoryRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final @Nullable String externalKey;
  private final String[] path;
  private final @Nullable String agentId;
  private final @Nullable String sessionId;
  private final String memoryType;
  private final String[] tags;
  private final byte sensitivity;
  private final float importance;
  private final byte embeddingStatus;
  private final String embeddingModel;
  private final long createdAtMicros;
  private final long updatedAtMicros;
  private final @Nullable Long expiresAtMicros;
  private final long version;
  private final long contentVersion;
  private final byte @Nullable [] subjectDigest;
  private final int chunks;
  private final @Nullable Long failedAtMicros;
  private final byte[] records;
  private final byte[] payload;

  public MemoryRow(MemoryColumns columns, RowPartners partners, byte[] payload) {
    this.format = FORMAT;
    this.externalKey = columns.externalKey();
    this.path = columns.path().toArray(String[]::new);
    this.agentId = columns.agentId();
    this.sessionId = columns.sessionId();
    this.memoryType = columns.memoryType();
    this.tags = columns.tags().toArray(String[]::new);
    this.sensitivity = Codes.of(columns.sensitivity());
    this.importance = columns.importance();
    this.embeddingStatus = Codes.of(columns.embeddingStatus());
    this.embeddingModel = columns.embeddingModel().value();
    this.createdAtMicros = Micros.of(columns.createdAt());
    this.updatedAtMicros = Micros.of(columns.updatedAt());
    this.expiresAtMicros = Micros.ofNullable(columns.expiresAt());
    this.version = columns.version();
    this.contentVersion = columns.contentVersion();
    this.subjectDigest = partners.subjectDigest();
    this.chunks = partners.chunks();
    this.failedAtMicros = null;
    this.records = partners.encodeRecords();
    this.payload = payload;
  }

  /** The columns; the memory id is the key's. */
  public MemoryColumns columns(MemoryId memoryId) {
    Formats.requireKnown(format, FORMAT);
    return new MemoryColumns(
        memoryId,
        externalKey,
        List.of(path),
        agentId,
        sessionId,
        memoryType,
        List.of(tags),
        Codes.sensitivity(sensitivity),
        importance,
        Codes.embeddingStatus(embeddingStatus),
        new EmbeddingModelId(embeddingModel),
        Micros.toInstant(createdAtMicros),
        Micros.toInstant(updatedAtMicros),
        Micros.toNullable(expiresAtMicros),
        version,
        contentVersion);
  }

  /**
   * The same row on its way to being found by meaning: no change of a caller's, so neither version
   * nor time of update move.
   *
   * @param newChunks number of vectors when EMBEDDED, else 0
   */
  public MemoryRow with(EmbeddingStatus status, int newChunks) {
    return new MemoryRow(this, status, newChunks, null);
  }

  /** The same row after its last attempt to be embedded has failed. */
  public MemoryRow failed(long atMicros) {
    return new MemoryRow(this, EmbeddingStatus.FAILED, 0, atMicros);
  }

  private MemoryRow(
      MemoryRow from, EmbeddingStatus status, int newChunks, @Nullable Long failedAtMicros) {
    this.format = FORMAT;
    this.externalKey = from.externalKey;
    this.path = from.path;
    this.agentId = from.agentId;
    this.sessionId = from.sessionId;
    this.memoryType = from.memoryType;
    this.tags = from.tags;
    this.sensitivity = from.sensitivity;
    this.importance = from.importance;
    this.embeddingStatus = Codes.of(status);
    this.embeddingModel = from.embeddingModel;
    this.createdAtMicros = from.createdAtMicros;
    this.updatedAtMicros = from.updatedAtMicros;
    this.expiresAtMicros = from.expiresAtMicros;
    this.version = from.version;
    this.contentVersion = from.contentVersion;
    this.subjectDigest = from.subjectDigest;
    this.chunks = newChunks;
    this.failedAtMicros = failedAtMicros;
    this.records = from.records;
    this.payload = from.payload;
  }

  public RowPartners partners() {
    return RowPartners.decode(subjectDigest, chunks, records);
  }

  /** How many vectors it has. */
  public int chunks() {
    return chunks;
  }

  public long version() {
    return version;
  }

  public long contentVersion() {
    return contentVersion;
  }

  public long createdAtMicros() {
    return createdAtMicros;
  }

  /** When the last attempt failed, of a row that is FAILED. */
  public @Nullable Instant failedAt() {
    return Micros.toNullable(failedAtMicros);
  }

  /** When readers see it no more; null for never. */
  public @Nullable Instant expiresAt() {
    return Micros.toNullable(expiresAtMicros);
  }

  public boolean expiredAt(long nowMicros) {
    return expiresAtMicros != null && expiresAtMicros <= nowMicros;
  }

  /** The sealed payload; not copied. */
  public byte[] payload() {
    return payload;
  }
}
