package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingBatchTest {
  @Test
  void outcomesKeepTheOrderOfTheTexts() {
    var outcomes = EmbeddingBatch.embed(new LengthModel(), List.of("four", "a", "two parts"));
    assertThat(outcomes)
        .extracting(EmbeddingBatchTest::lengths)
        .containsExactly(List.of(4f), List.of(1f), List.of(3f, 5f));
  }

  @Test
  void aPoisonTextFailsAlone() {
    var outcomes =
        EmbeddingBatch.embed(new LengthModel(), List.of("abc", "poison", "refused", "d"));
    assertThat(lengths(outcomes.get(0))).containsExactly(3f);
    assertThat(lengths(outcomes.get(3))).containsExactly(1f);
    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            EmbeddingOutcome.Failed.class,
            failed -> {
              assertThat(failed.cause().code()).isEqualTo(ErrorCode.INTERNAL);
              assertThat(failed.cause().describe()).doesNotContain("poison");
            });
    assertThat(outcomes.get(2))
        .isInstanceOfSatisfying(
            EmbeddingOutcome.Failed.class,
            failed -> assertThat(failed.cause().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED));
  }

  @Test
  void shortTextsAreHandedOverFirst() {
    List<Integer> order = new ArrayList<>();
    EmbeddingBatch.embedEach(
        new LengthModel(), List.of("longest", "bb", "ccc"), (_, i) -> order.add(i));
    assertThat(order).containsExactly(1, 2, 0);
  }

  private static List<Float> lengths(EmbeddingOutcome outcome) {
    return ((EmbeddingOutcome.Embedded) outcome)
        .chunks().stream().map(chunk -> chunk.vector()[0]).toList();
  }

  /** A word is a chunk, its length the vector; two words are poison. */
  private static final class LengthModel implements EmbeddingModel {
    @Override
    public EmbeddingModelId id() {
      return new EmbeddingModelId("length");
    }

    @Override
    public int dimensions() {
      return 1;
    }

    @Override
    public Distance distance() {
      return Distance.L2;
    }

    @Override
    public String sha256() {
      return "0".repeat(64);
    }

    @Override
    public List<TextChunk> chunks(String content) {
      List<TextChunk> chunks = new ArrayList<>();
      for (String word : content.split(" ", -1)) {
        chunks.add(new TextChunk(word, 0, word.length(), chunks.size()));
      }
      return chunks;
    }

    @Override
    public float[] embedPassage(String chunkText) {
      return switch (chunkText) {
        case "poison" ->
            throw new IllegalStateException("the native code did not like " + chunkText);
        case "refused" -> throw RekindleException.overLimit("content", 2, 1, "tokens");
        default -> new float[] {chunkText.length()};
      };
    }

    @Override
    public float[] embedQuery(String text) {
      return embedPassage(text);
    }

    @Override
    public void warmUp() {}

    @Override
    public boolean isWarm() {
      return true;
    }

    @Override
    public void close() {}
  }
}
