package io.rekindle.node.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;

/**
 * Checks the JSON that callers give, reading it as a stream so that its bounds hold while reading.
 */
public final class MetadataJson {
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxNumberLength(64)
                  .maxNameLength(1_024)
                  .build())
          .build();

  private MetadataJson() {}

  /** Metadata: an object of at most 16 KiB, depth 8 and 256 keys; returned as it was given. */
  public static String requireBounded(String json) {
    Limits.requireText("metadata", json, Limits.METADATA_BYTES_MAX);
    return require("metadata", json, true);
  }

  /** The value of an agent state: any JSON of at most 64 KiB, with metadata's depth and keys. */
  public static String requireState(String json) {
    Limits.requireText("value", json, Limits.STATE_BYTES_MAX);
    return require("value", json, false);
  }

  private static String require(String field, String json, boolean object) {
    try (JsonParser parser = STRICT.createParser(json)) {
      JsonToken first = parser.nextToken();
      if (first == null || (object && first != JsonToken.START_OBJECT)) {
        throw RekindleException.invalid(field, "a JSON object is required");
      }
      walk(field, parser, first);
      if (parser.nextToken() != null) {
        throw RekindleException.invalid(field, "only one JSON value is allowed");
      }
      return json;
    } catch (IOException e) {
      // The parser's message quotes the text, so it is not passed on.
      throw RekindleException.invalid(field, "not valid JSON, or a key stands twice");
    }
  }

  private static void walk(String field, JsonParser parser, JsonToken first) throws IOException {
    int depth = 0;
    int keys = 0;
    JsonToken token = first;
    do {
      if (token == JsonToken.FIELD_NAME) {
        keys++;
        Limits.requireAtMost(field, keys, Limits.METADATA_KEYS_MAX, "keys");
      } else if (token.isStructStart()) {
        depth++;
        Limits.requireAtMost(field, depth, Limits.METADATA_DEPTH_MAX, "levels");
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token.isNumeric() && !Double.isFinite(parser.getDoubleValue())) {
        throw RekindleException.invalid(field, "numbers must be finite");
      }
      token = depth == 0 ? null : parser.nextToken();
    } while (token != null);
    if (depth != 0) {
      throw RekindleException.invalid(field, "not valid JSON, or a key stands twice");
    }
  }
}
