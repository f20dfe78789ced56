package io.rekindle.node.access.filter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rekindle.node.access.filter.Filter.And;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Compare;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Has;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.Filter.Member;
import io.rekindle.node.access.filter.Filter.Not;
import io.rekindle.node.access.filter.Filter.Or;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.Sensitivity;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a filter means, written a second time and plainly: on the columns and on a JSON tree,
 * numbers as decimals, texts as UTF-8 bytes. It shares nothing with the evaluator but the tree.
 */
final class SlowFilterEvaluator {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MemoryColumns columns;
  private final JsonNode metadata;

  SlowFilterEvaluator(FilterArbitraries.Row row) {
    this.columns = row.columns();
    try {
      this.metadata = JSON.readTree(row.metadataJson());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("rows have JSON", e);
    }
  }

  boolean test(Filter filter) {
    return switch (filter) {
      case And and -> and.parts().stream().allMatch(this::test);
      case Or or -> or.parts().stream().anyMatch(this::test);
      case Not not -> !test(not.part());
      case Compare compare -> compare(compare);
      case Has has -> has(has);
    };
  }

  private boolean compare(Compare compare) {
    Object left = valueOf(compare.field());
    Object right = valueOf(compare.literal());
    if (left == null || left.getClass() != right.getClass()) {
      return false;
    }
    int order = order(left, right);
    return switch (compare.operator()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order < 0 || order == 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order > 0 || order == 0;
    };
  }

  private static int order(Object left, Object right) {
    return switch (left) {
      case String text ->
          Arrays.compareUnsigned(
              text.getBytes(StandardCharsets.UTF_8),
              ((String) right).getBytes(StandardCharsets.UTF_8));
      case BigDecimal number -> number.compareTo((BigDecimal) right);
      case Boolean truth -> truth.compareTo((Boolean) right);
      case Instant time -> time.compareTo((Instant) right);
      case Integer level -> level.compareTo((Integer) right);
      default -> throw new IllegalArgumentException("no such value");
    };
  }

  private boolean has(Has has) {
    if (has.field() instanceof Field.OfColumn(Column column) && column.holdsLabels()) {
      List<String> labels = column == Column.TAGS ? columns.tags() : columns.path();
      if (has.member() instanceof Member.Labels(List<String> wanted)) {
        return column == Column.TAGS
            ? labels.contains(wanted.getFirst())
            : labels.stream().limit(wanted.size()).toList().equals(wanted);
      }
      return !labels.isEmpty();
    }
    return valueOf(has.field()) != null;
  }

  private @Nullable Object valueOf(Field field) {
    return switch (field) {
      case Field.OfMetadata(String path) -> {
        JsonNode node = metadata.at("/" + path.replace('.', '/'));
        yield node.isTextual()
            ? node.textValue()
            : node.isNumber()
                ? new BigDecimal(node.doubleValue())
                : node.isBoolean() ? (Object) node.booleanValue() : null;
      }
      case Field.OfColumn(Column column) -> valueOf(column);
    };
  }

  private @Nullable Object valueOf(Column column) {
    return switch (column) {
      case MEMORY_ID -> columns.memoryId().value().toString();
      case EXTERNAL_KEY -> columns.externalKey();
      case AGENT_ID -> columns.agentId();
      case SESSION_ID -> columns.sessionId();
      case MEMORY_TYPE -> columns.memoryType();
      case SENSITIVITY -> List.of(Sensitivity.values()).indexOf(columns.sensitivity());
      case IMPORTANCE -> new BigDecimal(columns.importance());
      case HAS_EMBEDDING -> columns.hasEmbedding();
      case EMBEDDING_STATUS -> columns.embeddingStatus().toString().toLowerCase(Locale.ROOT);
      case CREATED_AT -> columns.createdAt();
      case UPDATED_AT -> columns.updatedAt();
      case EXPIRES_AT -> columns.expiresAt();
      case VERSION -> new BigDecimal(columns.version());
      case TAGS, PATH -> throw new IllegalArgumentException("labels are no value");
    };
  }

  private static Object valueOf(Literal literal) {
    return switch (literal) {
      case Literal.Text(String value) -> value;
      case Literal.Numeric(double value) -> new BigDecimal(value);
      case Literal.Truth(boolean value) -> value;
      case Literal.Time(long micros) -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
      case Literal.Level(int ordinal) -> ordinal;
    };
  }
}
