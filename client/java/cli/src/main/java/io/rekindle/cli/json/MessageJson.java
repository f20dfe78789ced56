package io.rekindle.cli.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.rekindle.client.RekindleClientException;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes messages as JSON. Absent fields, empty texts and empty lists are left out. */
public final class MessageJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private MessageJson() {}

  /** On one line, as JSONL wants it. */
  public static String line(Message message) {
    return write(message, false);
  }

  /** Indented, for people and {@code -o json}. */
  public static String pretty(Message message) {
    return write(message, true);
  }

  private static String write(Message message, boolean indented) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      if (indented) {
        json.useDefaultPrettyPrinter();
      }
      write(json, message);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does not fail", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Message message) throws IOException {
    json.writeStartObject();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (isWritten(message, field)) {
        json.writeFieldName(field.getName());
        if (field.isRepeated()) {
          json.writeStartArray();
          for (Object element : (List<?>) message.getField(field)) {
            value(json, field, element);
          }
          json.writeEndArray();
        } else {
          value(json, field, message.getField(field));
        }
      }
    }
    json.writeEndObject();
  }

  private static boolean isWritten(Message message, FieldDescriptor field) {
    if (field.isRepeated()) {
      return message.getRepeatedFieldCount(field) > 0;
    }
    if (field.hasPresence()) {
      return message.hasField(field);
    }
    return switch (field.getJavaType()) {
      case STRING, BYTE_STRING, ENUM -> message.hasField(field);
      default -> true;
    };
  }

  private static void value(JsonGenerator json, FieldDescriptor field, Object value)
      throws IOException {
    switch (value) {
      case String text when JsonTexts.isJson(field) -> json.writeRawValue(text);
      case Timestamp time ->
          json.writeString(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
      case com.google.rpc.Status status -> error(json, status);
      case Message message -> write(json, message);
      case EnumValueDescriptor named -> {
        String name = named.getName().substring(JsonTexts.prefix(named.getType()).length());
        json.writeString(name.toLowerCase(Locale.ROOT));
      }
      case Long number -> json.writeNumber(number);
      case Integer number -> json.writeNumber(number);
      case Float number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Boolean truth -> json.writeBoolean(truth);
      default -> json.writeString(value.toString());
    }
  }

  private static void error(JsonGenerator json, com.google.rpc.Status status) throws IOException {
    RekindleClientException error = RekindleClientException.of(status);
    json.writeStartObject();
    json.writeStringField("code", error.code().name());
    json.writeStringField("reason", error.reason());
    json.writeStringField("message", error.getMessage());
    for (Map.Entry<String, String> detail : error.details().entrySet()) {
      json.writeStringField(detail.getKey(), detail.getValue());
    }
    json.writeEndObject();
  }
}
