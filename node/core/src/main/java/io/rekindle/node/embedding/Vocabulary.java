package io.rekindle.node.embedding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * The ids that a {@code tokenizer.json} can give. Its library does not tell them, and a text that
 * has the one id too many may come years later.
 */
final class Vocabulary {
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonParser json;
  private long last = -1;

  private Vocabulary(JsonParser json) {
    this.json = json;
  }

  /**
   * The largest id: of the model's vocabulary, which is an object of ids by token or, for Unigram,
   * an array in the order of the ids; and of the tokens that were added to it.
   *
   * @return -1 when there are none
   * @throws io.rekindle.node.error.RekindleException INTERNAL when it is no JSON
   */
  static long lastId(String tokenizerJson) {
    try (JsonParser json = JSON.createParser(tokenizerJson)) {
      Vocabulary vocabulary = new Vocabulary(json);
      vocabulary.readTop();
      return vocabulary.last;
    } catch (IOException e) {
      throw ModelFault.because(
          e, "the tokenizer is damaged, or of another format", "file", ModelFolder.TOKENIZER);
    }
  }

  private void readTop() throws IOException {
    json.nextToken();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (field.equals("model") && value == JsonToken.START_OBJECT) {
        readModel();
      } else if (field.equals("added_tokens") && value == JsonToken.START_ARRAY) {
        readAdded();
      } else {
        json.skipChildren();
      }
    }
  }

  private void readModel() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          json.nextToken();
          take(json.getLongValue());
        }
      } else if (field.equals("vocab") && value == JsonToken.START_ARRAY) {
        for (long id = 0; json.nextToken() != JsonToken.END_ARRAY; id++) {
          json.skipChildren();
          take(id);
        }
      } else {
        json.skipChildren();
      }
    }
  }

  private void readAdded() throws IOException {
    while (json.nextToken() == JsonToken.START_OBJECT) {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
          take(json.getLongValue());
        } else {
          json.skipChildren();
        }
      }
    }
  }

  private void take(long id) {
    last = Math.max(last, id);
  }
}
