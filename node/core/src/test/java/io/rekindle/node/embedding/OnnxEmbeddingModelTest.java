package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OnnxEmbeddingModelTest {
  private static final OnnxEmbeddingModel MODEL = SharedModel.BGE;
  private static final String REFUND =
      "The customer asked for a refund of order 4711 because the parcel arrived damaged.";
  private static final String QUESTION = "Who wants their money back?";

  @Test
  void aPassageGetsTheVectorOfTheReferenceImplementation() {
    // Python: onnxruntime 1.32.0 and tokenizers, same files, CLS pooling, unit length. The kernels
    // of other processors differ in the third digit.
    float[] vector = MODEL.embedPassage(REFUND);
    assertThat(Arrays.copyOf(vector, 8))
        .containsExactly(
            new float[] {
              -0.002537f,
              -0.008267f,
              0.034341f,
              -0.014638f,
              0.032566f,
              -0.072218f,
              0.040917f,
              0.036419f
            },
            within(0.01f));
  }

  @Test
  void aQueryGetsTheReferenceVectorOfThePrefixedText() {
    float[] vector = MODEL.embedQuery(QUESTION);
    assertThat(Arrays.copyOf(vector, 8))
        .containsExactly(
            new float[] {
              -0.025075f,
              -0.027934f,
              -0.031146f,
              -0.003807f,
              -0.000253f,
              -0.067666f,
              0.065507f,
              -0.007164f
            },
            within(0.01f));
    assertThat(SharedModel.cosine(vector, MODEL.embedPassage(REFUND)))
        .isCloseTo(0.609f, within(0.01f));
    assertThat(SharedModel.cosine(vector, MODEL.embedPassage(QUESTION))).isLessThan(0.99f);
  }

  @Test
  void vectorsHaveTheDeclaredFormAndUnitLength() {
    assertThat(MODEL.id()).isEqualTo(EmbeddingModelId.BGE_SMALL_EN);
    assertThat(MODEL.dimensions()).isEqualTo(384);
    assertThat(MODEL.distance()).isEqualTo(Distance.COSINE);
    for (String text : List.of(REFUND, "", " \n", "漢字 😀 e\u0301", "x".repeat(60_000))) {
      float[] vector = MODEL.embedPassage(text);
      assertThat(vector).hasSize(384);
      assertThat(SharedModel.cosine(vector, vector)).isCloseTo(1f, within(1e-5f));
    }
  }

  @Test
  void theNearestPassageIsTheOneThatMeansIt() {
    List<String> passages =
        List.of(
            REFUND,
            "The deployment failed because the database migration timed out after ten minutes.",
            "The user prefers short answers and writes to us mostly in the evening.",
            "Invoices are sent on the first working day of each month as PDF files.",
            "To reset the password, open the account page and choose the security tab.");
    assertThat(nearest("Who wants their money back?", passages)).isEqualTo(0);
    assertThat(nearest("Why did the release break?", passages)).isEqualTo(1);
    assertThat(nearest("How verbose should a reply to this person be?", passages)).isEqualTo(2);
    assertThat(nearest("When do we bill our clients?", passages)).isEqualTo(3);
    assertThat(nearest("I can't log in any more", passages)).isEqualTo(4);
  }

  private static int nearest(String query, List<String> passages) {
    float[] q = MODEL.embedQuery(query);
    return IntStream.range(0, passages.size())
        .boxed()
        .max(Comparator.comparing(i -> SharedModel.cosine(q, MODEL.embedPassage(passages.get(i)))))
        .orElseThrow();
  }

  @Test
  void aVectorIsTheSameAloneAndInCompany() throws Exception {
    List<String> texts = new ArrayList<>(List.of(REFUND, "short", "word ".repeat(700)));
    for (int i = 0; i < 5; i++) {
      texts.add("Note " + i + " of a conversation about " + "deliveries and returns ".repeat(i));
    }
    float[] alone = MODEL.embedPassage(REFUND);
    assertThat(vectorOf(EmbeddingBatch.embed(MODEL, texts).getFirst())).isEqualTo(alone);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<float[]>> concurrent = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String text = i % 3 == 0 ? REFUND : texts.get(i % texts.size());
        concurrent.add(
            threads.submit(
                () -> MODEL.embedPassage(text.substring(0, Math.min(200, text.length())))));
      }
      for (int i = 0; i < 12; i += 3) {
        assertThat(concurrent.get(i).get()).isEqualTo(alone);
      }
    }
  }

  private static float[] vectorOf(EmbeddingOutcome outcome) {
    return ((EmbeddingOutcome.Embedded) outcome).chunks().getFirst().vector();
  }

  @Test
  void aPassageBeyondTheWindowIsRefusedAndNotCut() {
    RekindleException e =
        catchThrowableOfType(
            RekindleException.class, () -> MODEL.embedPassage("word ".repeat(511)));
    assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(e.details())
        .containsEntry("field", "content")
        .containsEntry("limit", "512")
        .containsEntry("actual", "513")
        .containsEntry("unit", "tokens");
    assertThat(MODEL.embedPassage("word ".repeat(510))).hasSize(384);
  }

  @Test
  void theEndOfALongQueryCounts() {
    String beginning = "The weather in the mountains was mild and the paths were dry. ".repeat(60);
    float[] passage = MODEL.embedPassage(REFUND);
    float without = SharedModel.cosine(MODEL.embedQuery(beginning), passage);
    float with = SharedModel.cosine(MODEL.embedQuery(beginning + REFUND.repeat(20)), passage);
    assertThat(with).isGreaterThan(without + 0.05f);
  }

  @Test
  void aDocumentIsNoQuery() {
    RekindleException e =
        catchThrowableOfType(RekindleException.class, () -> MODEL.embedQuery("! ".repeat(8_000)));
    assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(e.details()).containsEntry("field", "query").containsEntry("actual", "8000");
  }

  @Test
  void aModelIsWarmFromItsFirstTextUntilItCloses() {
    var model = new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, NativeLibraries.besideClasses());
    assertThat(model.isWarm()).isFalse();
    model.warmUp();
    assertThat(model.isWarm()).isTrue();
    assertThat(model.embedPassage(REFUND)).isEqualTo(MODEL.embedPassage(REFUND));
    model.close();
    assertThat(model.isWarm()).isFalse();
    assertThatThrownBy(() -> model.embedQuery(QUESTION))
        .isInstanceOfSatisfying(
            RekindleException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
  }

  @Test
  void filesThatAreNotThePinnedOnesAreNotLoaded() {
    ModelSpec s = ModelSpec.BGE_SMALL_EN;
    ModelSpec other =
        new ModelSpec(
            s.id(),
            s.source(),
            "0".repeat(64),
            s.dimensions(),
            s.distance(),
            s.pooling(),
            s.window(),
            s.overlap(),
            s.queryPrefix(),
            s.passagePrefix());
    try (var model = new OnnxEmbeddingModel(other, NativeLibraries.besideClasses())) {
      assertThatThrownBy(() -> model.embedPassage("text"))
          .isInstanceOf(RekindleException.class)
          .hasMessage("the files of an embedding model are not the pinned ones");
    }
  }
}
