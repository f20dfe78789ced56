package io.rekindle.node.model;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change to a memory: the fields named in {@code mask} take the values here, the others stay. A
 * named optional field that is null is cleared.
 */
public record MemoryPatch(
    Set<Field> mask,
    @Nullable String content,
    @Nullable String metadata,
    @Nullable String source,
    @Nullable String subjectId,
    @Nullable String sessionId,
    @Nullable String memoryType,
    List<String> path,
    List<String> tags,
    @Nullable Sensitivity sensitivity,
    @Nullable Float importance,
    @Nullable Instant expiresAt,
    @Nullable VectorInput vector) {
  /** What can be changed; {@code relabels} fields decide who may see the row. */
  public enum Field {
    CONTENT(false),
    METADATA(false),
    SOURCE(false),
    SUBJECT_ID(true),
    SESSION_ID(false),
    MEMORY_TYPE(false),
    PATH(false),
    TAGS(true),
    SENSITIVITY(true),
    IMPORTANCE(false),
    EXPIRES_AT(false),
    VECTOR(false);

    private final boolean relabels;

    Field(boolean relabels) {
      this.relabels = relabels;
    }

    /** Whether changing it needs the action {@code relabel} besides {@code update}. */
    public boolean relabels() {
      return relabels;
    }
  }

  public MemoryPatch {
    mask = Set.copyOf(mask);
    content = content == null ? null : MemoryDraft.requireContent(content);
    metadata = metadata == null ? null : MetadataJson.requireBounded(metadata);
    source = Limits.optionalText("source", source, Limits.SOURCE_BYTES_MAX);
    subjectId = Limits.optionalText("subject_id", subjectId, Limits.ID_BYTES_MAX);
    sessionId = Limits.optionalText("session_id", sessionId, Limits.ID_BYTES_MAX);
    memoryType = memoryType == null ? null : MemoryDraft.requireType(memoryType);
    path = MemoryDraft.requirePath(path);
    tags = MemoryDraft.requireTags(tags);
    importance = importance == null ? null : MemoryDraft.requireImportance(importance);
  }

  public boolean changes(Field field) {
    return mask.contains(field);
  }

  public boolean relabels() {
    return mask.stream().anyMatch(Field::relabels);
  }
}
