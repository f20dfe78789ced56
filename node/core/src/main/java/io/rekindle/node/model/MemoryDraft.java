package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A memory as a caller gives it, before it is a row. Every field is within its limits once this
 * exists.
 *
 * @param memoryId chosen by the caller, or null for one made by the server
 * @param claimedAgentId the agent that the caller names; the API key decides (see {@code access})
 * @param metadata a JSON object as text: at most 16 KiB, depth 8, 256 keys, no duplicate keys
 * @param vector for namespaces of the model {@code external}
 */
public record MemoryDraft(
    @Nullable MemoryId memoryId,
    @Nullable String externalKey,
    List<String> path,
    @Nullable String claimedAgentId,
    @Nullable String sessionId,
    @Nullable String subjectId,
    String memoryType,
    List<String> tags,
    Sensitivity sensitivity,
    float importance,
    @Nullable Instant expiresAt,
    String content,
    @Nullable String metadata,
    @Nullable String source,
    @Nullable VectorInput vector) {
  public static final String DEFAULT_TYPE = "fact";
  public static final float DEFAULT_IMPORTANCE = 0.5f;
  private static final Pattern TYPE = Pattern.compile("[a-z_]{1,32}");

  public MemoryDraft {
    externalKey = Limits.optionalText("external_key", externalKey, Limits.EXTERNAL_KEY_BYTES_MAX);
    path = requirePath(path);
    claimedAgentId = Limits.optionalText("agent_id", claimedAgentId, Limits.ID_BYTES_MAX);
    sessionId = Limits.optionalText("session_id", sessionId, Limits.ID_BYTES_MAX);
    subjectId = Limits.optionalText("subject_id", subjectId, Limits.ID_BYTES_MAX);
    memoryType = requireType(memoryType);
    tags = requireTags(tags);
    importance = requireImportance(importance);
    content = requireContent(content);
    metadata = metadata == null ? null : MetadataJson.requireBounded(metadata);
    source = Limits.optionalText("source", source, Limits.SOURCE_BYTES_MAX);
  }

  static List<String> requirePath(List<String> path) {
    Limits.requireAtMost("path", path.size(), Limits.PATH_LABELS_MAX, "labels");
    for (String label : path) {
      requireNotEmpty("path", Limits.requireText("path", label, Limits.PATH_LABEL_BYTES_MAX));
    }
    return List.copyOf(path);
  }

  static String requireType(String type) {
    if (type.isEmpty()) {
      return DEFAULT_TYPE;
    }
    if (!TYPE.matcher(type).matches()) {
      throw RekindleException.invalid("memory_type", "a memory type matches [a-z_]{1,32}");
    }
    return type;
  }

  static List<String> requireTags(List<String> tags) {
    Limits.requireAtMost("tags", tags.size(), Limits.TAGS_MAX, "tags");
    for (String tag : tags) {
      requireNotEmpty("tags", Limits.requireText("tags", tag, Limits.TAG_BYTES_MAX));
    }
    return tags.stream().distinct().toList();
  }

  static float requireImportance(float importance) {
    if (!(importance >= 0 && importance <= 1)) {
      throw RekindleException.invalid("importance", "importance is a number from 0 to 1");
    }
    return importance;
  }

  static String requireContent(String content) {
    return requireNotEmpty(
        "content", Limits.requireText("content", content, Limits.CONTENT_BYTES_MAX));
  }

  private static String requireNotEmpty(String field, String value) {
    if (value.isEmpty()) {
      throw RekindleException.invalid(field, "a text must not be empty");
    }
    return value;
  }

  /** What this item adds to its batch's size, in bytes. */
  public long sizeBytes() {
    long metadataBytes = metadata == null ? 0 : metadata.getBytes(StandardCharsets.UTF_8).length;
    long vectorBytes = vector == null ? 0 : 4L * vector.values().length;
    return content.getBytes(StandardCharsets.UTF_8).length + metadataBytes + vectorBytes;
  }
}
