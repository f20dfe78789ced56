package io.rekindle.node.access.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "agent_id = a7                      | agent_id = \"a7\"",
        "agent_id='it''s'                   | REFUSED end_expected 14",
        "agent_id = 'it\\'s \"so\"'         | agent_id = \"it's \\\"so\\\"\"",
        "external_key = 42                  | external_key = \"42\"",
        "memory_type != fact                | memory_type != \"fact\"",
        "sensitivity <= internal            | sensitivity <= internal",
        "sensitivity <= \"internal\"        | sensitivity <= internal",
        "importance>=0.7                    | importance >= 0.7",
        "importance >= -1.50e-1             | importance >= -0.15",
        "version = 3                        | version = 3",
        "has_embedding = true               | has_embedding = true",
        "embedding_status = pending         | embedding_status = \"pending\"",
        "created_at > 2026-01-31T12:00:00Z  | created_at > \"2026-01-31T12:00:00Z\"",
        "created_at > '2026-01-31t12:00:00.1234567+01:00' "
            + "| created_at > \"2026-01-31T11:00:00.123456Z\"",
        "memory_id = 0197A5D0-0000-7000-8000-00000000000A "
            + "| memory_id = \"0197a5d0-0000-7000-8000-00000000000a\"",
        "tags:vip                           | tags:\"vip\"",
        "tags:\"a/b\"                       | tags:\"a\\/b\"",
        "tags : *                           | tags:*",
        "path:a/b                           | path:\"a/b\"",
        "path:\"team one/week \\/ day\"     | path:\"team one/week \\/ day\"",
        "expires_at:*                       | expires_at:*",
        "metadata.order.status = \"open\"   | metadata.order.status = \"open\"",
        "metadata.x:*                       | metadata.x:*",
        "metadata.n = 5                     | metadata.n = 5",
        "metadata.n = '5'                   | metadata.n = \"5\"",
        "metadata.b != true                 | metadata.b != true",
        "metadata.due < 2026-01-31T12:00:00Z| metadata.due < \"2026-01-31T12:00:00Z\"",
        "-tags:a                            | NOT tags:\"a\"",
        "NOT tags:a AND tags:b              | NOT tags:\"a\" AND tags:\"b\"",
        "NOT (tags:a AND tags:b)            | NOT (tags:\"a\" AND tags:\"b\")",
        "NOT -tags:a                        | tags:\"a\"",
        "(tags:a AND tags:b) AND tags:c     | tags:\"a\" AND tags:\"b\" AND tags:\"c\"",
        "tags:a AND (tags:b OR tags:c)      | tags:\"a\" AND (tags:\"b\" OR tags:\"c\")",
        "tags:a OR (tags:b AND true)        | tags:\"a\" OR tags:\"b\"",
        "tags:a OR true                     | true",
        "false AND tags:a                   | false",
        "NOT true                           | false",
        "``                                 | true",
        "` `                                | true",
      })
  void aTextMeansOneFilter(String text, String canonical) {
    assertThat(readOrRefused(text)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tags:a AND tags:b OR tags:c      | and_with_or 19",
        "tags:a OR tags:b AND tags:c      | and_with_or 18",
        "tags:a tags:b                    | end_expected 8",
        "tags:a and tags:b                | end_expected 8",
        "tags:a)                          | end_expected 7",
        "(tags:a                          | not_closed 1",
        "(tags:a tags:b)                  | end_expected 9",
        "tags:a AND                       | field_expected 11",
        "AND tags:a                       | field_expected 1",
        "()                               | field_expected 2",
        "\"tags\":a                       | field_expected 1",
        "nosuch = 1                       | unknown_field 1",
        "tags:a AND Tags:b                | unknown_field 12",
        "content = 'x'                    | unknown_field 1",
        "subject_id = 'x'                 | unknown_field 1",
        "metadata = 1                     | metadata_path 1",
        "metadata..x = 1                  | metadata_path 1",
        "metadata.1x = 1                  | metadata_path 1",
        "metadata.a.b.c.d.e.f.g.h.i = 1   | metadata_path 1",
        "metadataX = 1                    | unknown_field 1",
        "has_embedding                    | operator_expected 14",
        "agent_id ~ 'x'                   | operator_expected 10",
        "agent_id =                       | value_expected 11",
        "agent_id == 'x'                  | value_expected 11",
        "agent_id = AND                   | value_expected 12",
        "metadata.x = null                | value_expected 14",
        "agent_id = 'x                    | text_not_closed 12",
        "agent_id = 'x\\'                 | text_not_closed 12",
        "agent_id = 'x\\u0041'            | unknown_escape 14",
        "tags = 'x'                       | use_has 6",
        "path < 'x'                       | use_has 6",
        "agent_id:'x'                     | operator_not_allowed 9",
        "metadata.x:'a'                   | operator_not_allowed 11",
        "has_embedding > false            | operator_not_allowed 15",
        "metadata.x > true                | operator_not_allowed 12",
        "tags:''                          | empty_label 6",
        "path:a//b                        | empty_label 6",
        "path:'a/'                        | empty_label 6",
        "importance = high                | number_expected 14",
        "importance = '0.5'               | number_expected 14",
        "importance = 1e39                | number_expected 14",
        "version = 1e999                  | number_expected 11",
        "version = 0x10                   | number_expected 11",
        "metadata.x = 1e999               | number_expected 14",
        "has_embedding = yes              | truth_expected 17",
        "has_embedding = 'true'           | truth_expected 17",
        "created_at > 2026-01-31          | time_expected 14",
        "created_at > 2026-02-30T00:00:00Z| time_expected 14",
        "created_at > '2026-01-31T12:00Z' | time_expected 14",
        "sensitivity = secret             | sensitivity_expected 15",
        "sensitivity = INTERNAL           | sensitivity_expected 15",
        "embedding_status = done          | status_expected 20",
        "memory_id = 1-2-3-4-5            | uuid_expected 13",
        "agent_id = '\uD83D\uDE00' nosuch | end_expected 16",
      })
  void aMistakeIsNamedWithItsPlace(String text, String refusal) {
    assertThat(readOrRefused(text)).isEqualTo("REFUSED " + refusal);
  }

  @Test
  void aRefusalNamesTheFieldThatTheTextCameInAndNeverRepeatsTheText() {
    RekindleException refusal = refused("condition", "agent_id = 'canary' AND canary = 1");

    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refusal.details()).containsEntry("field", "condition");
    assertThat(refusal.describe()).doesNotContain("canary");
  }

  @Test
  void sixtyFourTermsAreReadAndOneMoreIsRefused() {
    String most = "tags:a" + " AND tags:b".repeat(63);

    assertThat(FilterParser.parse(most)).isNotNull();
    assertOverLimit(most + " AND tags:c", "terms", "64");
  }

  @Test
  void sixteenLevelsAreReadAndOneMoreIsRefused() {
    assertThat(FilterParser.parse("(".repeat(15) + "tags:a" + ")".repeat(15))).isNotNull();
    assertOverLimit("(".repeat(16) + "tags:a" + ")".repeat(16), "levels", "16");
    assertThat(FilterParser.parse("-".repeat(15) + "tags:a")).isNotNull();
    assertOverLimit("-".repeat(4_000) + "tags:a", "levels", "16");
    assertOverLimit("NOT (".repeat(8) + "tags:a" + ")".repeat(8), "levels", "16");
  }

  @Test
  void fourKibibytesAreReadAndOneByteMoreIsRefused() {
    String most = "agent_id = \"" + "é".repeat(2_041) + "a\"";

    assertThat(FilterParser.parse(most)).isNotNull();
    assertOverLimit(most + " ", "bytes", "4096");
  }

  @Test
  void aTextThatIsNotUnicodeIsRefused() {
    assertThat(refused("filter", "agent_id = '\uD83D'").code())
        .isEqualTo(ErrorCode.INVALID_ARGUMENT);
  }

  private static void assertOverLimit(String text, String unit, String limit) {
    RekindleException refusal = refused("filter", text);
    assertThat(refusal.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(refusal.details())
        .containsEntry("field", "filter")
        .containsEntry("unit", unit)
        .containsEntry("limit", limit);
  }

  private static String readOrRefused(String text) {
    try {
      return Filters.print(FilterParser.parse(text));
    } catch (RekindleException e) {
      return "REFUSED " + e.details().get("reason") + " " + e.details().get("position");
    }
  }

  private static RekindleException refused(String field, String text) {
    return catchThrowableOfType(RekindleException.class, () -> FilterParser.parse(field, text));
  }
}
