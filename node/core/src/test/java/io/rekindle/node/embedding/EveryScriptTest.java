package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ChunkSpan;
import io.rekindle.node.model.EmbeddedChunk;
import io.rekindle.node.model.MemoryDraft;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in models, from a content to its chunks, whatever people or programs write. */
class EveryScriptTest {
  private static final int CONTENT_BYTES = 64 * 1024;

  static Stream<String> texts() {
    return Stream.of(
        "طلب العميل استرداد المبلغ لأن الطرد وصل تالفًا.",
        "顧客要求退款，因為包裹送達時已損壞。",
        "お客様は荷物が破損して届いたため返金を求めました。",
        "고객이 소포가 파손되어 도착했다며 환불을 요청했습니다.",
        "ลูกค้าขอคืนเงินเพราะพัสดุมาถึงในสภาพเสียหาย",
        "ग्राहक ने धनवापसी माँगी क्योंकि पार्सल टूटा हुआ आया।",
        "הלקוח ביקש החזר כספי כי החבילה הגיעה פגומה.",
        "Клиент попросил вернуть деньги.",
        "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪",
        "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349 a\u0308",
        "\u0000before\u0000and after\u0000",
        "\ufeff\u200b\u200d\u202e\u2066mixed\u2069",
        "\ufdfa\ufb03\u1e9b\u0323",
        "\u0301\u0301\u0301",
        "𝒳𝒴𝒵 \ud87e\udc04",
        "",
        " \t\n");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTextOfEveryScriptIsEmbedded(String text) {
    check(SharedModel.BGE, text);
    check(SharedModel.MINILM, text);
    checkQuery(SharedModel.BGE, text);
    checkQuery(SharedModel.MINILM, text);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTextOfEveryScriptIsCutIntoChunksThatCoverIt(String text) {
    String word = text.isEmpty() ? "word " : text;
    String content = word.repeat(3_000 / word.length());
    assertThat(check(SharedModel.MINILM, content)).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "ก", "😀", "\u0000", "\u0301", "a\u0301", "👩‍👩‍👧", "ﷺ"})
  void aFullContentWithoutASpaceIsEmbedded(String unit) {
    String content = unit.repeat(CONTENT_BYTES / unit.getBytes(StandardCharsets.UTF_8).length);
    check(SharedModel.MINILM, content);
  }

  /** Its chunks are the same text again and again, which is embedded once here. */
  @Test
  void aFullContentOfOneTokenACharacterHasAsManyChunksAsItNeeds() {
    int characters = CONTENT_BYTES / 3;
    String content = "漢".repeat(characters);
    List<TextChunk> chunks = SharedModel.MINILM.chunks(content);
    assertThat(chunks).hasSizeBetween(characters / 254, characters / 200);
    int reached = 0;
    for (ChunkSpan span : TextChunk.spans(content, chunks)) {
      assertThat(span.start()).isBetween(0, reached);
      reached = span.end();
    }
    assertThat(reached).isEqualTo(characters);
    Set<String> texts = chunks.stream().map(TextChunk::text).collect(Collectors.toSet());
    assertThat(texts).hasSizeBetween(1, 2);
    texts.forEach(text -> checkVector(SharedModel.MINILM, SharedModel.MINILM.embedPassage(text)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "a \udc00 b", "\udc00\ud800"})
  void anUnpairedSurrogateIsRefusedBeforeTheStoreAndFailsAlone(String text) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> draft(text))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
              assertThat(e.details()).containsEntry("field", "content");
            });
    List<EmbeddingOutcome> outcomes =
        EmbeddingBatch.embed(SharedModel.MINILM, List.of("before", text, "behind it"));
    assertThat(outcomes.get(0)).isInstanceOf(EmbeddingOutcome.Embedded.class);
    assertThat(outcomes.get(2)).isInstanceOf(EmbeddingOutcome.Embedded.class);
  }

  private static MemoryDraft draft(String content) {
    return io.rekindle.node.model.Drafts.of(content);
  }

  private static void checkQuery(EmbeddingModel model, String text) {
    checkVector(model, model.embedQuery(text));
  }

  /** Embeds a content as the pipeline does; returns how many chunks it has. */
  private static int check(EmbeddingModel model, String content) {
    EmbeddingOutcome outcome = EmbeddingBatch.embed(model, List.of(content)).getFirst();
    assertThat(outcome).isInstanceOf(EmbeddingOutcome.Embedded.class);
    List<EmbeddedChunk> chunks = ((EmbeddingOutcome.Embedded) outcome).chunks();
    int reached = 0;
    for (int i = 0; i < chunks.size(); i++) {
      ChunkSpan span = chunks.get(i).span();
      assertThat(span.chunk()).isEqualTo(i);
      assertThat(span.start()).isBetween(0, reached);
      assertThat(span.end()).isGreaterThanOrEqualTo(reached);
      reached = span.end();
      checkVector(model, chunks.get(i).vector());
    }
    assertThat(reached).isEqualTo(content.codePointCount(0, content.length()));
    return chunks.size();
  }

  private static void checkVector(EmbeddingModel model, float[] vector) {
    assertThat(vector).hasSize(model.dimensions());
    for (float value : vector) {
      assertThat(Float.isFinite(value)).isTrue();
    }
    assertThat(SharedModel.cosine(vector, vector)).isCloseTo(1f, within(1e-4f));
  }
}
