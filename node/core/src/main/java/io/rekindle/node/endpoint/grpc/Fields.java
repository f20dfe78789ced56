package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.VectorInput;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Fields that several messages share; an empty proto3 text means "not given". */
final class Fields {
  private static final long SECONDS_MIN = -62_135_596_800L;
  private static final long SECONDS_MAX = 253_402_300_799L;
  private static final int NANOS_MAX = 999_999_999;

  /** As protobuf bounds it. */
  private static final long DURATION_SECONDS_MAX = 315_576_000_000L;

  private static final String NOT_A_NODE = "the id of a node, as cluster show lists it";

  private Fields() {}

  static @Nullable String optional(String text) {
    return text.isEmpty() ? null : text;
  }

  static NamespacePath namespace(String text, @Nullable NamespacePath defaultNamespace) {
    if (!text.isEmpty()) {
      return NamespacePath.parse(text);
    }
    if (defaultNamespace == null) {
      throw RekindleException.invalid("namespace", "name a namespace: the API key has no default");
    }
    return defaultNamespace;
  }

  static NamespaceSelector namespaces(
      List<String> texts, @Nullable NamespacePath defaultNamespace) {
    if (!texts.isEmpty()) {
      return NamespaceSelector.parse(texts);
    }
    if (defaultNamespace == null) {
      throw RekindleException.invalid("namespaces", "name namespaces: the API key has no default");
    }
    return NamespaceSelector.of(defaultNamespace);
  }

  static @Nullable NamespacePath optionalNamespace(String text) {
    return text.isEmpty() ? null : NamespacePath.parse(text);
  }

  static @Nullable ApiKeyId optionalApiKeyId(String text) {
    return text.isEmpty() ? null : new ApiKeyId(text);
  }

  static @Nullable UUID optionalNodeId(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equals(text)) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      throw RekindleException.invalid("node_id", NOT_A_NODE);
    }
    throw RekindleException.invalid("node_id", NOT_A_NODE);
  }

  static @Nullable IdempotencyKey idempotencyKey(String text) {
    return text.isEmpty() ? null : new IdempotencyKey(text);
  }

  static Instant instant(String field, Timestamp time) {
    if (time.getSeconds() < SECONDS_MIN
        || time.getSeconds() > SECONDS_MAX
        || time.getNanos() < 0
        || time.getNanos() > NANOS_MAX) {
      throw RekindleException.invalid(field, "a time is from year 1 to year 9999");
    }
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  static java.time.Duration duration(String field, Duration duration) {
    if (duration.getSeconds() < 0
        || duration.getSeconds() > DURATION_SECONDS_MAX
        || duration.getNanos() < 0
        || duration.getNanos() > NANOS_MAX) {
      throw RekindleException.invalid(field, "a duration is from 0 to 10000 years");
    }
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  static VectorInput vector(List<Float> values) {
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i);
    }
    return new VectorInput(vector);
  }

  static RekindleException unknownValue(String field) {
    return RekindleException.invalid(field, "not one of the values of this enum");
  }
}
