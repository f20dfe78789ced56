package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelRegistryTest {
  private final ModelRegistry registry = new ModelRegistry(List.of(SharedModel.BGE));

  @Test
  void aModelIsFoundByItsName() {
    assertThat(registry.find(new EmbeddingModelId("bge-small-en-v1.5"))).isSameAs(SharedModel.BGE);
    assertThat(registry.get(EmbeddingModelId.BGE_SMALL_EN)).isSameAs(SharedModel.BGE);
    assertThat(registry.find(new EmbeddingModelId("no-such-model"))).isNull();
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    RekindleException e =
        catchThrowableOfType(
            RekindleException.class, () -> registry.choose(new EmbeddingModelId("no-such-model")));
    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(e.details())
        .containsEntry("field", "embedding_model")
        .containsEntry("known", "bge-small-en-v1.5");
  }

  @Test
  void aModelOfANamespaceThatIsGoneIsNamed() {
    RekindleException e =
        catchThrowableOfType(
            RekindleException.class, () -> registry.get(new EmbeddingModelId("gone")));
    assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_CONFIGURED);
    assertThat(e.details())
        .containsEntry("model", "gone")
        .containsEntry("known", "bge-small-en-v1.5");
  }

  @Test
  void externalIsNoModel() {
    assertThat(registry.find(EmbeddingModelId.EXTERNAL)).isNull();
    RekindleException e =
        catchThrowableOfType(
            RekindleException.class, () -> registry.get(EmbeddingModelId.EXTERNAL));
    assertThat(e.code()).isEqualTo(ErrorCode.MODEL_MISMATCH);
    assertThat(e.details()).containsEntry("field", "embedding_model");
  }

  @Test
  void theDefaultModelAloneWarmsAtStart() {
    var bge = new OnnxEmbeddingModel(ModelSpec.BGE_SMALL_EN, NativeLibraries.besideClasses());
    var miniLm = new OnnxEmbeddingModel(ModelSpec.ALL_MINILM_L6, NativeLibraries.besideClasses());
    try (ModelRegistry fresh = new ModelRegistry(List.of(bge, miniLm))) {
      assertThat(fresh.warming()).containsExactly("bge-small-en-v1.5");
      fresh.warmUp();
      assertThat(fresh.warming()).isEmpty();
      assertThat(bge.isWarm()).isTrue();
      assertThat(miniLm.isWarm()).isFalse();
    }
  }
}
