package io.rekindle.node.access.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The values of a metadata object that the filter language can reach: texts, numbers (as doubles)
 * and booleans, by their dotted paths. Nulls and arrays have no value, and a name that is not
 * {@code [A-Za-z_][A-Za-z0-9_-]*} (at most 64 characters) has no path.
 */
public final class MetadataValues {
  private static final JsonFactory JSON = new JsonFactory();

  private MetadataValues() {}

  /**
   * Reads every value that has a path.
   *
   * @param json an object that was accepted when it was stored
   * @throws RekindleException DATA_CORRUPTED when it is none
   */
  public static Map<String, Literal> read(String json) {
    Map<String, Literal> values = new HashMap<>();
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        readObject(parser, "", values);
        return values;
      }
    } catch (IOException e) {
      // The parser's message quotes the text, so it is not passed on.
    }
    throw new RekindleException(ErrorCode.DATA_CORRUPTED, "stored metadata is not a JSON object");
  }

  private static void readObject(JsonParser parser, String prefix, Map<String, Literal> values)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      boolean reachable = FilterWords.isMetadataPath(prefix + name) && name.indexOf('.') < 0;
      JsonToken token = parser.nextToken();
      if (!reachable || token == JsonToken.START_ARRAY) {
        parser.skipChildren();
      } else if (token == JsonToken.START_OBJECT) {
        readObject(parser, prefix + name + ".", values);
      } else if (token == JsonToken.VALUE_STRING) {
        values.put(prefix + name, new Literal.Text(parser.getText()));
      } else if (token.isNumeric()) {
        values.put(prefix + name, new Literal.Numeric(parser.getDoubleValue()));
      } else if (token.isBoolean()) {
        values.put(prefix + name, new Literal.Truth(parser.getBooleanValue()));
      }
    }
  }
}
