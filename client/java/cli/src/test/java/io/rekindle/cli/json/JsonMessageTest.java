package io.rekindle.cli.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.ListApiKeysResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.Sensitivity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonMessageTest {
  private static final Memory MEMORY =
      Memory.newBuilder()
          .setMemoryId("018f0000-0000-7000-8000-000000000001")
          .setContent("a \"text\" with\nlines and ünïcode")
          .addTags("vip")
          .addPath("a")
          .setSensitivity(Sensitivity.SENSITIVITY_RESTRICTED)
          .setEmbeddingStatus(EmbeddingStatus.EMBEDDING_STATUS_PENDING)
          .setImportance(0)
          .setMetadata("{\"big\":9007199254740993,\"nested\":{\"a\":[1,2.50,null]}}")
          .setExpiresAt(Timestamp.newBuilder().setSeconds(1_800_000_000L).setNanos(5_000))
          .setVersion(7)
          .addVector(0.1f)
          .build();

  @Test
  void readsBackWhatItWrote() {
    assertThat(JsonMessage.read(MessageJson.line(MEMORY), Memory.newBuilder()).build())
        .isEqualTo(MEMORY);
    assertThat(JsonMessage.read(MessageJson.pretty(MEMORY), Memory.newBuilder()).build())
        .isEqualTo(MEMORY);
  }

  @Test
  void writesOneLineInTheWordsOfTheApi() {
    assertThat(MessageJson.line(MEMORY))
        .doesNotContain("\n")
        .contains("\"sensitivity\":\"restricted\"")
        .contains("\"metadata\":{\"big\":9007199254740993,")
        .contains("\"expires_at\":\"2027-01-15T08:00:00.000005Z\"")
        .contains("\"importance\":0.0")
        .doesNotContain("external_key");
  }

  @Test
  void namesEnumsOfTwoWordsWithoutTheirPrefix() {
    ListApiKeysResponse keys =
        JsonMessage.read(
                "{\"api_keys\":[{\"scope\":\"read_only\"}]}", ListApiKeysResponse.newBuilder())
            .build();

    assertThat(keys.getApiKeys(0).getScope()).isEqualTo(KeyScope.KEY_SCOPE_READ_ONLY);
    assertThat(MessageJson.line(keys)).contains("\"read_only\"");
  }

  @Test
  void writesNumbersOfSixtyFourBitsAsNumbers() {
    assertThat(MessageJson.line(AuditRecord.newBuilder().setSequence(1L << 60).build()))
        .contains("\"sequence\":1152921504606846976");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"contents\":\"x\"}                 | unknown field contents",
        "{\"content\":1}                      | field content wants a text",
        "{\"content\":\"x\",\"content\":\"y\"}| not valid JSON",
        "{\"content\":\"x\"} trailing         | not valid JSON",
        "{\"tags\":\"vip\"}                   | field tags wants a list",
        "{\"importance\":\"high\"}            | field importance wants a number",
        "{\"version\":1.5}                    | field version wants a whole number",
        "{\"sensitivity\":\"secret\"}         | field sensitivity wants one of its names",
        "{\"expires_at\":\"tomorrow\"}        | field expires_at wants a time",
        "[]                                   | a JSON object is wanted",
        "{                                    | not valid JSON"
      })
  void saysWhatIsWrongWithoutRepeatingIt(String json, String sentence) {
    assertThatThrownBy(() -> JsonMessage.read(json, Memory.newBuilder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(sentence);
  }
}
