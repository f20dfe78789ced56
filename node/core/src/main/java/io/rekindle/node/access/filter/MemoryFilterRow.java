package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.model.MemoryColumns;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A memory as a filter sees it: its columns and, asked for at most once and only when a filter
 * reads a path, its metadata. One thread.
 */
public final class MemoryFilterRow implements FilterRow {
  private final MemoryColumns columns;
  private final Supplier<@Nullable String> metadataJson;
  private @Nullable Map<String, Literal> metadata;

  /**
   * A row whose metadata is fetched when a filter reads it.
   *
   * @param metadataJson gives the metadata as stored, or null when there is none; often by opening
   *     the payload
   */
  public MemoryFilterRow(MemoryColumns columns, Supplier<@Nullable String> metadataJson) {
    this.columns = columns;
    this.metadataJson = metadataJson;
  }

  /** A row whose metadata is at hand, or that has none. */
  public static MemoryFilterRow of(MemoryColumns columns, @Nullable String metadataJson) {
    return new MemoryFilterRow(columns, () -> metadataJson);
  }

  @Override
  public @Nullable Literal column(Column column) {
    return value(columns, column);
  }

  /**
   * The value of a column as the literal of its type, or null when the row has none; TAGS and PATH
   * have no single value.
   */
  public static @Nullable Literal value(MemoryColumns columns, Column column) {
    return switch (column) {
      case MEMORY_ID -> new Literal.Text(columns.memoryId().toString());
      case EXTERNAL_KEY -> text(columns.externalKey());
      case AGENT_ID -> text(columns.agentId());
      case SESSION_ID -> text(columns.sessionId());
      case MEMORY_TYPE -> text(columns.memoryType());
      case SENSITIVITY -> Literal.Level.of(columns.sensitivity());
      case IMPORTANCE -> new Literal.Numeric(columns.importance());
      case HAS_EMBEDDING -> new Literal.Truth(columns.hasEmbedding());
      case EMBEDDING_STATUS -> text(columns.embeddingStatus().name().toLowerCase(Locale.ROOT));
      case CREATED_AT -> time(columns.createdAt());
      case UPDATED_AT -> time(columns.updatedAt());
      case EXPIRES_AT -> time(columns.expiresAt());
      case VERSION -> new Literal.Numeric(columns.version());
      case TAGS, PATH -> null;
    };
  }

  @Override
  public List<String> labels(Column column) {
    return switch (column) {
      case TAGS -> columns.tags();
      case PATH -> columns.path();
      default -> List.of();
    };
  }

  @Override
  public @Nullable Literal metadata(String path) {
    Map<String, Literal> values = metadata;
    if (values == null) {
      String json = metadataJson.get();
      values = json == null ? Map.of() : MetadataValues.read(json);
      metadata = values;
    }
    return values.get(path);
  }

  private static @Nullable Literal text(@Nullable String value) {
    return value == null ? null : new Literal.Text(value);
  }

  private static @Nullable Literal time(@Nullable Instant value) {
    return value == null ? null : new Literal.Time(FilterLiterals.micros(value));
  }
}
