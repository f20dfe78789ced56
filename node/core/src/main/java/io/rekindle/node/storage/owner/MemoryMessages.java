package io.rekindle.node.storage.owner;

import io.rekindle.node.model.AccessStats;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.Sensitivity;
import io.rekindle.node.model.VectorInput;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.MemoryPage;
import java.util.Set;

/** Memories, and what is asked of one, in messages between nodes. */
final class MemoryMessages {
  private MemoryMessages() {}

  static void memory(WireOut out, Memory memory) {
    MemoryPayload payload = memory.payload();
    out.text(memory.namespace().toString());
    columns(out, memory.columns());
    out.text(payload.content())
        .optText(payload.metadata())
        .optText(payload.source())
        .optText(payload.subjectId())
        .int64(memory.access().accessCount())
        .optional(memory.access().lastAccessedAt(), WireOut::time)
        .optional(memory.vector(), MemoryMessages::vector);
  }

  static Memory memory(WireIn in) {
    return new Memory(
        NamespacePath.parse(in.text()),
        columns(in),
        new MemoryPayload(in.text(), in.optText(), in.optText(), in.optText()),
        new AccessStats(in.int64(), in.optional(WireIn::time)),
        in.optional(MemoryMessages::vector));
  }

  static void columns(WireOut out, MemoryColumns columns) {
    out.id(columns.memoryId())
        .optText(columns.externalKey())
        .texts(columns.path())
        .optText(columns.agentId())
        .optText(columns.sessionId())
        .text(columns.memoryType())
        .texts(columns.tags())
        .constant(columns.sensitivity())
        .float32(columns.importance())
        .constant(columns.embeddingStatus())
        .text(columns.embeddingModel().value())
        .time(columns.createdAt())
        .time(columns.updatedAt())
        .optional(columns.expiresAt(), WireOut::time)
        .int64(columns.version())
        .int64(columns.contentVersion());
  }

  static MemoryColumns columns(WireIn in) {
    return new MemoryColumns(
        in.id(),
        in.optText(),
        in.texts(),
        in.optText(),
        in.optText(),
        in.text(),
        in.texts(),
        in.constant(Sensitivity.class),
        in.float32(),
        in.constant(EmbeddingStatus.class),
        new EmbeddingModelId(in.text()),
        in.time(),
        in.time(),
        in.optional(WireIn::time),
        in.int64(),
        in.int64());
  }

  static void vector(WireOut out, VectorInput vector) {
    out.floats(vector.values());
  }

  static VectorInput vector(WireIn in) {
    return new VectorInput(in.floats());
  }

  static void draft(WireOut out, MemoryDraft draft) {
    out.optional(draft.memoryId(), WireOut::id)
        .optText(draft.externalKey())
        .texts(draft.path())
        .optText(draft.claimedAgentId())
        .optText(draft.sessionId())
        .optText(draft.subjectId())
        .text(draft.memoryType())
        .texts(draft.tags())
        .constant(draft.sensitivity())
        .float32(draft.importance())
        .optional(draft.expiresAt(), WireOut::time)
        .text(draft.content())
        .optText(draft.metadata())
        .optText(draft.source())
        .optional(draft.vector(), MemoryMessages::vector);
  }

  static MemoryDraft draft(WireIn in) {
    return new MemoryDraft(
        in.optional(WireIn::id),
        in.optText(),
        in.texts(),
        in.optText(),
        in.optText(),
        in.optText(),
        in.text(),
        in.texts(),
        in.constant(Sensitivity.class),
        in.float32(),
        in.optional(WireIn::time),
        in.text(),
        in.optText(),
        in.optText(),
        in.optional(MemoryMessages::vector));
  }

  /** The mask says what changes; a field of it that is absent is to be cleared. */
  static void patch(WireOut out, MemoryPatch patch) {
    out.list(patch.mask(), WireOut::constant)
        .optText(patch.content())
        .optText(patch.metadata())
        .optText(patch.source())
        .optText(patch.subjectId())
        .optText(patch.sessionId())
        .optText(patch.memoryType())
        .texts(patch.path())
        .texts(patch.tags())
        .optional(patch.sensitivity(), WireOut::constant)
        .optional(patch.importance(), WireOut::float32)
        .optional(patch.expiresAt(), WireOut::time)
        .optional(patch.vector(), MemoryMessages::vector);
  }

  static MemoryPatch patch(WireIn in) {
    return new MemoryPatch(
        Set.copyOf(in.list(field -> field.constant(MemoryPatch.Field.class))),
        in.optText(),
        in.optText(),
        in.optText(),
        in.optText(),
        in.optText(),
        in.optText(),
        in.texts(),
        in.texts(),
        in.optional(level -> level.constant(Sensitivity.class)),
        in.optional(WireIn::float32),
        in.optional(WireIn::time),
        in.optional(MemoryMessages::vector));
  }

  /** Of a store that was done: a refusal travels as the error of the call. */
  static void stored(WireOut out, Reply.StoreResult result) {
    if (result.error() != null || result.waitToken() != null) {
      throw new IllegalArgumentException("the store itself answers neither errors nor tokens");
    }
    out.optional(result.memory(), MemoryMessages::columns).bool(result.created());
  }

  static Reply.StoreResult stored(WireIn in) {
    return new Reply.StoreResult(in.optional(MemoryMessages::columns), in.bool(), null);
  }

  static void key(WireOut out, IdempotencyKey key) {
    out.text(key.value());
  }

  static IdempotencyKey key(WireIn in) {
    return new IdempotencyKey(in.text());
  }

  static void cursor(WireOut out, Cursor cursor) {
    out.time(cursor.createdAt()).id(cursor.memoryId());
  }

  static Cursor cursor(WireIn in) {
    return new Cursor(in.time(), in.id());
  }

  static void page(WireOut out, MemoryPage page) {
    out.list(page.memories(), MemoryMessages::memory).optional(page.next(), MemoryMessages::cursor);
  }

  static MemoryPage page(WireIn in) {
    return new MemoryPage(in.list(MemoryMessages::memory), in.optional(MemoryMessages::cursor));
  }
}
