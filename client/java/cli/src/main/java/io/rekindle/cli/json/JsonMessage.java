package io.rekindle.cli.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the JSON that {@link MessageJson} writes. */
public final class JsonMessage {
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private JsonMessage() {}

  /**
   * Reads one object into a message.
   *
   * @throws IllegalArgumentException with a sentence that names the field at fault
   */
  public static <B extends Message.Builder> B read(String text, B into) {
    JsonNode node;
    try {
      node = STRICT.readTree(text);
    } catch (JsonProcessingException e) {
      // The parser's message quotes the line; the position says enough.
      throw new IllegalArgumentException(
          "not valid JSON at column " + e.getLocation().getColumnNr(), e);
    }
    read(node, into);
    return into;
  }

  /** The names of an object's fields, in order. */
  public static List<String> names(String text) {
    try {
      return STRICT.readTree(text).propertyStream().map(Map.Entry::getKey).toList();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not valid JSON", e);
    }
  }

  private static void read(JsonNode node, Message.Builder into) {
    if (!node.isObject()) {
      throw new IllegalArgumentException("a JSON object is wanted");
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      FieldDescriptor field = into.getDescriptorForType().findFieldByName(entry.getKey());
      if (field == null) {
        throw new IllegalArgumentException("unknown field " + entry.getKey());
      }
      JsonNode value = entry.getValue();
      if (value.isNull()) {
        continue;
      }
      if (!field.isRepeated()) {
        into.setField(field, value(field, value, into));
        continue;
      }
      if (!value.isArray()) {
        throw wrong(field, "a list");
      }
      for (JsonNode element : value) {
        into.addRepeatedField(field, value(field, element, into));
      }
    }
  }

  private static Object value(FieldDescriptor field, JsonNode value, Message.Builder parent) {
    return switch (field.getJavaType()) {
      case STRING -> text(field, value);
      case FLOAT -> number(field, value).floatValue();
      case DOUBLE -> number(field, value).doubleValue();
      case LONG -> whole(field, value).longValue();
      case INT -> whole(field, value).intValue();
      case BOOLEAN -> {
        if (!value.isBoolean()) {
          throw wrong(field, "true or false");
        }
        yield value.booleanValue();
      }
      case ENUM -> named(field, value);
      case MESSAGE -> message(field, value, parent);
      case BYTE_STRING -> throw wrong(field, "something that JSON cannot hold");
    };
  }

  private static String text(FieldDescriptor field, JsonNode value) {
    if (JsonTexts.isJson(field)) {
      return value.toString();
    }
    if (!value.isTextual()) {
      throw wrong(field, "a text");
    }
    return value.textValue();
  }

  private static Number number(FieldDescriptor field, JsonNode value) {
    if (!value.isNumber()) {
      throw wrong(field, "a number");
    }
    return value.numberValue();
  }

  private static Number whole(FieldDescriptor field, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(field, "a whole number");
    }
    return value.numberValue();
  }

  private static EnumValueDescriptor named(FieldDescriptor field, JsonNode value) {
    String name = JsonTexts.prefix(field.getEnumType()) + value.asText().toUpperCase(Locale.ROOT);
    EnumValueDescriptor found = field.getEnumType().findValueByName(name);
    if (found == null) {
      throw wrong(field, "one of its names");
    }
    return found;
  }

  private static Message message(FieldDescriptor field, JsonNode value, Message.Builder parent) {
    if (field.getMessageType().equals(Timestamp.getDescriptor())) {
      try {
        Instant time = Instant.parse(value.asText());
        return Timestamp.newBuilder()
            .setSeconds(time.getEpochSecond())
            .setNanos(time.getNano())
            .build();
      } catch (DateTimeException e) {
        throw wrong(field, "a time such as 2026-05-01T10:00:00Z");
      }
    }
    Message.Builder nested = parent.newBuilderForField(field);
    read(value, nested);
    return nested.build();
  }

  private static IllegalArgumentException wrong(FieldDescriptor field, String wanted) {
    return new IllegalArgumentException("field " + field.getName() + " wants " + wanted);
  }
}
