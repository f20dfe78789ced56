package io.rekindle.node.endpoint.grpc;

import com.google.common.primitives.Floats;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryPayload;
import io.rekindle.node.model.VectorInput;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Sensitivity;
import java.time.Instant;

/** A memory as a message. */
final class MemoryMessage {
  private MemoryMessage() {}

  static Memory of(io.rekindle.node.model.Memory memory) {
    Memory.Builder built = columns(memory.columns()).setNamespace(memory.namespace().toString());
    MemoryPayload payload = memory.payload();
    built.setContent(payload.content());
    String metadata = payload.metadata();
    if (metadata != null) {
      built.setMetadata(metadata);
    }
    String source = payload.source();
    if (source != null) {
      built.setSource(source);
    }
    String subjectId = payload.subjectId();
    if (subjectId != null) {
      built.setSubjectId(subjectId);
    }
    VectorInput vector = memory.vector();
    if (vector != null) {
      built.addAllVector(Floats.asList(vector.values()));
    }
    built.setAccessCount(memory.access().accessCount());
    Instant last = memory.access().lastAccessedAt();
    if (last != null) {
      built.setLastAccessedAt(Fields.timestamp(last));
    }
    return built.build();
  }

  /** What a store answers: the row without its payload. */
  static Memory.Builder columns(MemoryColumns columns) {
    Memory.Builder built =
        Memory.newBuilder()
            .setMemoryId(columns.memoryId().toString())
            .addAllPath(columns.path())
            .setMemoryType(columns.memoryType())
            .addAllTags(columns.tags())
            .setSensitivity(sensitivity(columns))
            .setImportance(columns.importance())
            .setEmbeddingStatus(embeddingStatus(columns))
            .setEmbeddingModel(columns.embeddingModel().value())
            .setCreatedAt(Fields.timestamp(columns.createdAt()))
            .setUpdatedAt(Fields.timestamp(columns.updatedAt()))
            .setVersion(columns.version());
    String externalKey = columns.externalKey();
    if (externalKey != null) {
      built.setExternalKey(externalKey);
    }
    String agentId = columns.agentId();
    if (agentId != null) {
      built.setAgentId(agentId);
    }
    String sessionId = columns.sessionId();
    if (sessionId != null) {
      built.setSessionId(sessionId);
    }
    Instant expiresAt = columns.expiresAt();
    if (expiresAt != null) {
      built.setExpiresAt(Fields.timestamp(expiresAt));
    }
    return built;
  }

  private static Sensitivity sensitivity(MemoryColumns columns) {
    return switch (columns.sensitivity()) {
      case PUBLIC -> Sensitivity.SENSITIVITY_PUBLIC;
      case INTERNAL -> Sensitivity.SENSITIVITY_INTERNAL;
      case CONFIDENTIAL -> Sensitivity.SENSITIVITY_CONFIDENTIAL;
      case RESTRICTED -> Sensitivity.SENSITIVITY_RESTRICTED;
    };
  }

  private static EmbeddingStatus embeddingStatus(MemoryColumns columns) {
    return switch (columns.embeddingStatus()) {
      case PENDING -> EmbeddingStatus.EMBEDDING_STATUS_PENDING;
      case EMBEDDED -> EmbeddingStatus.EMBEDDING_STATUS_EMBEDDED;
      case FAILED -> EmbeddingStatus.EMBEDDING_STATUS_FAILED;
    };
  }
}
