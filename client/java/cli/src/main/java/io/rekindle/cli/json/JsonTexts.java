package io.rekindle.cli.json;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Locale;
import java.util.Set;

/** What the API's descriptors do not say about their JSON. */
final class JsonTexts {
  private static final Set<String> JSON_FIELDS =
      Set.of("rekindle.v1.Memory.metadata", "rekindle.v1.AgentState.value");

  private JsonTexts() {}

  /** Whether a text field holds JSON itself. */
  static boolean isJson(FieldDescriptor field) {
    return JSON_FIELDS.contains(field.getFullName());
  }

  /** {@code KEY_SCOPE_} of the values of {@code KeyScope}. */
  static String prefix(EnumDescriptor type) {
    return type.getName().replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT) + "_";
  }
}
