package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import java.lang.foreign.Arena;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class MiniLmTest {
  private static final OnnxEmbeddingModel MODEL = SharedModel.MINILM;
  private static final String REFUND =
      "The customer asked for a refund of order 4711 because the parcel arrived damaged.";

  @Test
  void aVectorIsTheMeanOfTheHiddenStatesOfAllTokens() throws Exception {
    ModelSpec spec = ModelSpec.ALL_MINILM_L6;
    NativeLibraries.load(NativeLibraries.besideClasses());
    try (Arena arena = Arena.ofConfined()) {
      ModelFiles files = ModelFiles.read(spec, arena);
      try (Tokenizer tokenizer = new Tokenizer(files.tokenizerJson());
          OnnxEncoder encoder = new OnnxEncoder(files.onnx(), 384, Pooling.CLS)) {
        long[] ids = tokenizer.ids(REFUND);
        FloatBuffer states = encoder.states(ids);
        assertThat(states.remaining()).isEqualTo(ids.length * 384);
        double[] mean = new double[384];
        double squares = 0;
        for (int i = 0; i < 384; i++) {
          for (int token = 0; token < ids.length; token++) {
            mean[i] += states.get(token * 384 + i) / (double) ids.length;
          }
          squares += mean[i] * mean[i];
        }
        float[] vector = MODEL.embedPassage(REFUND);
        for (int i = 0; i < 384; i++) {
          assertThat((double) vector[i]).isCloseTo(mean[i] / Math.sqrt(squares), within(1e-5));
        }
      }
    }
  }

  @Test
  void vectorsOfEveryScriptHaveTheDeclaredFormAndUnitLength() {
    assertThat(MODEL.id().value()).isEqualTo("all-minilm-l6-v2");
    assertThat(MODEL.dimensions()).isEqualTo(384);
    assertThat(MODEL.distance()).isEqualTo(Distance.COSINE);
    for (String text :
        List.of(
            REFUND,
            "",
            " \n",
            "漢字かな",
            "한국어",
            "עברית",
            "العربية",
            "हिन्दी",
            "ไทย",
            "Ελληνικά",
            "кириллица",
            "😀👩‍👩‍👧",
            "e\u0301",
            "x".repeat(64 * 1024))) {
      float[] vector = MODEL.embedPassage(text);
      assertThat(vector).hasSize(384);
      assertThat(SharedModel.cosine(vector, vector)).isCloseTo(1f, within(1e-5f));
    }
  }

  @Test
  void whatMeansTheSameIsNearer() {
    float[] refund = MODEL.embedPassage(REFUND);
    float[] release = MODEL.embedPassage("The deployment failed: the migration timed out.");
    float[] money = MODEL.embedQuery("Who wants their money back?");
    float[] broken = MODEL.embedQuery("Why did the release break?");
    assertThat(SharedModel.cosine(money, refund)).isGreaterThan(SharedModel.cosine(money, release));
    assertThat(SharedModel.cosine(broken, release))
        .isGreaterThan(SharedModel.cosine(broken, refund));
  }

  @Test
  void aQueryHasNoPrefix() {
    assertThat(MODEL.embedQuery(REFUND)).isEqualTo(MODEL.embedPassage(REFUND));
  }

  @Test
  void aVectorIsTheSameAloneAndInCompany() {
    List<String> texts = List.of(REFUND, "short", "word ".repeat(700));
    var outcome = (EmbeddingOutcome.Embedded) EmbeddingBatch.embed(MODEL, texts).getFirst();
    assertThat(outcome.chunks())
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.vector()).isEqualTo(MODEL.embedPassage(REFUND)));
  }

  @Test
  void aPassageBeyondTheWindowIsRefusedAndNotCut() {
    assertThat(MODEL.embedPassage("word ".repeat(254))).hasSize(384);
    RekindleException e =
        catchThrowableOfType(
            RekindleException.class, () -> MODEL.embedPassage("word ".repeat(255)));
    assertThat(e.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(e.details()).containsEntry("limit", "256").containsEntry("actual", "257");
    String mixed = "Words in several windows. ".repeat(400);
    assertThat(MODEL.chunks(mixed))
        .allSatisfy(chunk -> assertThat(MODEL.embedPassage(chunk.text())).hasSize(384));
  }
}
