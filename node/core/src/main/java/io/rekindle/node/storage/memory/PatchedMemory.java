package io.rekindle.node.storage.memory;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.VectorInput;
import io.rekindle.node.storage.row.Micros;
import java.time.Instant;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A memory after a patch.
 *
 * @param contentChanged whether its vectors no longer belong to it
 * @param vector the new one, in namespaces of the model {@code external}
 */
record PatchedMemory(MemoryView.Opened opened, boolean contentChanged, float @Nullable [] vector) {

  /** In a namespace of the model {@code external}, content and vector change together. */
  static void requireFitting(Namespace namespace, MemoryPatch patch) {
    requireValue(patch, Field.CONTENT, "content", patch.content());
    requireValue(patch, Field.SENSITIVITY, "sensitivity", patch.sensitivity());
    if (patch.changes(Field.VECTOR)
        || (patch.changes(Field.CONTENT) && VectorChecks.isExternal(namespace))) {
      VectorChecks.requireFitting(namespace, patch.changes(Field.VECTOR) ? patch.vector() : null);
    }
  }

  private static void requireValue(
      MemoryPatch patch, Field field, String name, @Nullable Object value) {
    if (patch.changes(field) && value == null) {
      throw RekindleException.invalid(name, "this field cannot be cleared");
    }
  }

  static PatchedMemory of(MemoryPatch patch, MemoryView.Opened before, Instant now) {
    MemoryColumns columns = before.columns();
    MemoryPayload payload = before.payload();
    String content = patch.content();
    MemoryPayload changed =
        new MemoryPayload(
            patch.changes(Field.CONTENT) && content != null ? content : payload.content(),
            patch.changes(Field.METADATA) ? patch.metadata() : payload.metadata(),
            patch.changes(Field.SOURCE) ? patch.source() : payload.source(),
            patch.changes(Field.SUBJECT_ID) ? patch.subjectId() : payload.subjectId());
    VectorInput vector = patch.changes(Field.VECTOR) ? patch.vector() : null;
    boolean contentChanged = vector != null || !changed.content().equals(payload.content());
    return new PatchedMemory(
        new MemoryView.Opened(
            columns(patch, columns, contentChanged, vector != null, now), changed),
        contentChanged,
        vector == null ? null : vector.values());
  }

  private static MemoryColumns columns(
      MemoryPatch patch,
      MemoryColumns before,
      boolean contentChanged,
      boolean embedded,
      Instant now) {
    long version = before.version() + 1;
    String type = patch.memoryType();
    Float importance = patch.importance();
    return new MemoryColumns(
        before.memoryId(),
        before.externalKey(),
        patch.changes(Field.PATH) ? patch.path() : before.path(),
        before.agentId(),
        patch.changes(Field.SESSION_ID) ? patch.sessionId() : before.sessionId(),
        patch.changes(Field.MEMORY_TYPE)
            ? (type == null ? io.rekindle.node.model.MemoryDraft.DEFAULT_TYPE : type)
            : before.memoryType(),
        patch.changes(Field.TAGS) ? patch.tags() : before.tags(),
        patch.changes(Field.SENSITIVITY) && patch.sensitivity() != null
            ? patch.sensitivity()
            : before.sensitivity(),
        patch.changes(Field.IMPORTANCE)
            ? (importance == null
                ? io.rekindle.node.model.MemoryDraft.DEFAULT_IMPORTANCE
                : importance)
            : before.importance(),
        status(before, contentChanged, embedded),
        before.embeddingModel(),
        before.createdAt(),
        Micros.truncate(now),
        patch.changes(Field.EXPIRES_AT) ? truncated(patch.expiresAt()) : before.expiresAt(),
        version,
        contentChanged ? version : before.contentVersion());
  }

  private static EmbeddingStatus status(
      MemoryColumns before, boolean contentChanged, boolean embedded) {
    if (!contentChanged) {
      return before.embeddingStatus();
    }
    return embedded ? EmbeddingStatus.EMBEDDED : EmbeddingStatus.PENDING;
  }

  private static @Nullable Instant truncated(@Nullable Instant time) {
    return time == null ? null : Micros.truncate(time);
  }

  static RequestParts parts(MemoryId id, @Nullable Long expectedVersion, MemoryPatch patch) {
    return new RequestParts()
        .add("memory_id", id)
        .add("expected_version", expectedVersion)
        .add("update_mask", new TreeSet<>(patch.mask()))
        .add("content", patch.content())
        .add("metadata", patch.metadata())
        .add("source", patch.source())
        .add("subject_id", patch.subjectId())
        .add("session_id", patch.sessionId())
        .add("memory_type", patch.memoryType())
        .add("path", patch.path())
        .add("tags", patch.tags())
        .add("sensitivity", patch.sensitivity())
        .add("importance", patch.importance())
        .add("expires_at", patch.expiresAt())
        .add("vector", patch.vector());
  }
}
