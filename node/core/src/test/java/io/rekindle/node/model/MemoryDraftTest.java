package io.rekindle.node.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every limit of a memory, at the limit and one beyond it. */
class MemoryDraftTest {
  private record Limit(String field, int limit, Function<Integer, MemoryDraft> draftOf) {}

  static Stream<Arguments> limits() {
    return Stream.of(
            new Limit("content", Limits.CONTENT_BYTES_MAX, n -> Drafts.of("x".repeat(n))),
            new Limit("content", Limits.CONTENT_BYTES_MAX / 2, n -> Drafts.of("é".repeat(n))),
            new Limit("metadata", Limits.METADATA_BYTES_MAX, n -> Drafts.of("c", padded(n))),
            new Limit("metadata", Limits.METADATA_DEPTH_MAX, n -> Drafts.of("c", nested(n))),
            new Limit("metadata", Limits.METADATA_KEYS_MAX, n -> Drafts.of("c", keys(n))),
            new Limit("tags", Limits.TAGS_MAX, n -> tagged(distinct(n))),
            new Limit("tags", Limits.TAG_BYTES_MAX, n -> tagged(List.of("t".repeat(n)))),
            new Limit("path", Limits.PATH_LABELS_MAX, n -> at(Collections.nCopies(n, "p"))),
            new Limit("path", Limits.PATH_LABEL_BYTES_MAX, n -> at(List.of("p".repeat(n)))),
            new Limit("external_key", Limits.EXTERNAL_KEY_BYTES_MAX, n -> keyed("k".repeat(n))),
            new Limit("session_id", Limits.ID_BYTES_MAX, n -> session("s".repeat(n))))
        .map(limit -> Arguments.of(limit.field(), limit.limit(), limit.draftOf()));
  }

  @ParameterizedTest(name = "{0} up to {1}")
  @MethodSource("limits")
  void aFieldMayReachItsLimitAndNotExceedIt(
      String field, int limit, Function<Integer, MemoryDraft> draftOf) {
    assertThat(draftOf.apply(limit)).isNotNull();
    assertThatThrownBy(() -> draftOf.apply(limit + 1))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
              assertThat(e.details()).containsEntry("field", field).containsKeys("limit", "unit");
            });
  }

  static Stream<Arguments> malformed() {
    return Map.<String, Runnable>ofEntries(
            Map.entry("content", () -> Drafts.of("")),
            Map.entry("content ", () -> Drafts.of("a lone surrogate \ud800")),
            Map.entry("metadata", () -> Drafts.of("c", "[1]")),
            Map.entry("metadata ", () -> Drafts.of("c", "{\"a\":1,\"a\":2}")),
            Map.entry("metadata  ", () -> Drafts.of("c", "{\"a\":1} {}")),
            Map.entry("metadata   ", () -> Drafts.of("c", "{\"a\":1e999}")),
            Map.entry("metadata    ", () -> Drafts.of("c", "{\"a\":NaN}")),
            Map.entry("metadata     ", () -> Drafts.of("c", "{\"a\":")),
            Map.entry("memory_type", () -> typed("Fact")),
            Map.entry("importance", () -> important(1.01f)),
            Map.entry("importance ", () -> important(Float.NaN)),
            Map.entry("tags", () -> tagged(List.of(""))))
        .entrySet()
        .stream()
        .map(entry -> Arguments.of(entry.getKey().strip(), entry.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedFieldIsRefusedByName(String field, Runnable draft) {
    assertThatThrownBy(draft::run)
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
              assertThat(e.details()).containsEntry("field", field);
            });
  }

  @Test
  void anErrorNeverQuotesTheInput() {
    assertThatThrownBy(() -> Drafts.of("c", "{\"canary\": canary}"))
        .isInstanceOfSatisfying(
            RekindleException.class, e -> assertThat(e.describe() + e).doesNotContain("canary"));
  }

  @Test
  void tagsAreASet() {
    assertThat(tagged(List.of("a", "b", "a")).tags()).containsExactly("a", "b");
  }

  private static String padded(int bytes) {
    return "{\"a\":\"" + "x".repeat(bytes - 8) + "\"}";
  }

  private static String nested(int depth) {
    return "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
  }

  private static String keys(int count) {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      json.append(i == 0 ? "" : ",").append("\"k").append(i).append("\":0");
    }
    return json.append('}').toString();
  }

  private static List<String> distinct(int count) {
    return Stream.iterate(0, i -> i + 1).limit(count).map(i -> "t" + i).toList();
  }

  private static MemoryDraft draft(
      String externalKey,
      List<String> path,
      String session,
      String type,
      List<String> tags,
      float importance) {
    return new MemoryDraft(
        null,
        externalKey,
        path,
        null,
        session,
        null,
        type,
        tags,
        Sensitivity.INTERNAL,
        importance,
        null,
        "content",
        null,
        null,
        null);
  }

  private static MemoryDraft tagged(List<String> tags) {
    return draft("", List.of(), "", "fact", tags, 0.5f);
  }

  private static MemoryDraft at(List<String> path) {
    return draft("", path, "", "fact", List.of(), 0.5f);
  }

  private static MemoryDraft keyed(String key) {
    return draft(key, List.of(), "", "fact", List.of(), 0.5f);
  }

  private static MemoryDraft session(String session) {
    return draft("", List.of(), session, "fact", List.of(), 0.5f);
  }

  private static MemoryDraft typed(String type) {
    return draft("", List.of(), "", type, List.of(), 0.5f);
  }

  private static MemoryDraft important(float importance) {
    return draft("", List.of(), "", "fact", List.of(), importance);
  }
}
