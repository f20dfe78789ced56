package io.rekindle.node.kms.azure;

import com.azure.json.JsonProviders;
import com.azure.json.JsonReader;
import com.azure.json.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An answer's body that is an object of JSON, and nothing more. */
record JsonBody(Map<?, ?> fields) {
  /** Empty of what is none; why is not said, because it might repeat what was answered. */
  static Optional<JsonBody> parse(byte[] body) {
    try (JsonReader reader = JsonProviders.createReader(body)) {
      reader.nextToken();
      return reader.readUntyped() instanceof Map<?, ?> fields
              && reader.nextToken() == JsonToken.END_DOCUMENT
          ? Optional.of(new JsonBody(fields))
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** A field that is a text, and not an empty one; else null. */
  @Nullable String text(String name) {
    return fields.get(name) instanceof String text && !text.isEmpty() ? text : null;
  }

  /** A field that is a number, or a text of digits; else 0. */
  long number(String name) {
    return number(fields.get(name));
  }

  private static long number(@Nullable Object value) {
    if (value instanceof Number number) {
      return number.longValue();
    }
    return value instanceof String text && text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }

  /** The numbers of a field that is a list; else none. */
  List<Long> numbers(String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(JsonBody::number).toList()
        : List.of();
  }

  /** A field that is an object, whose name may be written in other letters; else null. */
  @Nullable JsonBody part(String name) {
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      if (field.getKey() instanceof String key
          && key.equalsIgnoreCase(name)
          && field.getValue() instanceof Map<?, ?> part) {
        return new JsonBody(part);
      }
    }
    return null;
  }
}
