package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.A;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.B;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.VectorStore;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbedOperationTest {
  private final FakeNamespaces namespaces = new FakeNamespaces();
  private final FakeVectors vectors = new FakeVectors(InstantSource.system());
  private final Namespace space = namespaces.add(A);
  private final NodeMeters meters = new NodeMeters();
  private final List<MemoryId> news = new ArrayList<>();
  private volatile Thread caller = Thread.currentThread();
  private final EmbedOperation operation =
      new EmbedOperation(
          namespaces,
          vectors,
          EmbeddingFixture.models(new TestModel(EmbeddingModelId.BGE_SMALL_EN, 2, this::seen)),
          EmbeddingFixture.watch(),
          meters,
          news::add,
          EmbeddingFixture.PASS);

  @Test
  void theNeighboursOfAPoisonTextAreEmbedded() {
    vectors.add(space, memory(0), "good");
    vectors.add(space, memory(1), "poison");
    vectors.add(space, memory(2), "endless");
    vectors.add(space, memory(3), "good too");

    assertThat(run(memory(0), memory(1), memory(2), memory(3))).isEqualTo(Map.of(1, 1L, 2, 1L));
    assertThat(vectors.embedded).containsOnlyKeys(ids(memory(0), memory(3)));
    assertThat(news).as("who waits is told").containsExactlyInAnyOrder(ids(memory(0), memory(3)));
    assertThat(meters.scrape())
        .contains("rekindle_memories_embedded_total 2.0")
        .contains("rekindle_stages_seconds_count{stage=\"embed.passage\"} 2")
        .contains("rekindle_embeddings_failed_total 2.0");
  }

  @Test
  void theNeighboursOfARowThatDoesNotOpenAreEmbedded() {
    vectors.add(space, memory(0), FakeVectors.DAMAGED);
    vectors.add(space, memory(1), FakeVectors.UNREADABLE);
    vectors.add(space, memory(2), "good");

    assertThat(run(memory(0), memory(1), memory(2)))
        .as("which content that is can not be known")
        .isEqualTo(Map.of(0, VectorStore.ANY_CONTENT, 1, VectorStore.ANY_CONTENT));
    assertThat(vectors.embedded).containsOnlyKeys(ids(memory(2)));
  }

  @Test
  void theNeighboursOfARowThatTakesNoVectorsAreEmbedded() {
    vectors.add(space, memory(0), "former");
    vectors.update(space, memory(0), FakeVectors.INDIGESTIBLE);
    vectors.add(space, memory(1), "this text is longer, so it comes later");

    assertThat(run(memory(0), memory(1))).isEqualTo(Map.of(0, 2L));
    assertThat(vectors.embedded).containsOnlyKeys(ids(memory(1)));
  }

  @Test
  void whatIsGoneOrDoneHasNotFailed() {
    vectors.add(space, memory(0), "good");
    vectors.add(space, memory(1), "done");
    vectors.waiting.remove(memory(1).memoryId());

    assertThat(run(memory(0), memory(1), memory(2), memory(B, 0)).isEmpty()).isTrue();
    assertThat(vectors.embedded).containsOnlyKeys(ids(memory(0)));
  }

  @Test
  void whatIsOfALockedTenantHasNotFailedAndStaysPending() {
    vectors.add(space, memory(0), "good");
    namespaces.locked.add(space.path());

    assertThat(run(memory(0))).isEqualTo(Map.of(0, EmbedOperation.LOCKED));
    assertThat(vectors.embedded).isEmpty();
    assertThat(meters.scrape()).contains("rekindle_embeddings_failed_total 0.0");

    namespaces.locked.clear();
    assertThat(run(memory(0)).isEmpty()).isTrue();
    assertThat(vectors.embedded).containsOnlyKeys(ids(memory(0)));
  }

  @Test
  void aModelThatThisNodeLacksFailsItsOwnTextsOnly() {
    vectors.add(space, memory(0), "good", new EmbeddingModelId("another"));
    vectors.add(space, memory(1), "good");

    assertThat(run(memory(0), memory(1))).isEqualTo(Map.of(0, 1L));
    assertThat(vectors.embedded).containsOnlyKeys(ids(memory(1)));
  }

  @Test
  void vectorsOfAChangedContentAreNoSuccessAndNoFailure() {
    vectors.add(space, memory(0), "changes");

    assertThat(run(memory(0)).isEmpty()).isTrue();
    assertThat(meters.scrape()).contains("rekindle_memories_embedded_total 0.0");
  }

  /** Ignite interrupts the work of a node that is gone. */
  @Test
  void aBatchThatIsInterruptedIsNoAttempt() {
    caller = Thread.currentThread();
    vectors.add(space, memory(0), "interrupted");
    vectors.add(space, memory(1), "good, and longer");

    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> run(memory(0), memory(1)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(meters.scrape()).doesNotContain("rekindle_embeddings_failed_total");
  }

  @Test
  void aModelThatIsAnotherNowMakesNoVectors() {
    FakePins pins = new FakePins();
    pins.kept.put(EmbeddingModelId.BGE_SMALL_EN, "what it was");
    TestModel model = new TestModel(EmbeddingModelId.BGE_SMALL_EN, 2, this::seen);
    EmbedOperation changed =
        new EmbedOperation(
            namespaces,
            vectors,
            new PinnedModels(new ModelRegistry(List.of(model)), pins, EmbeddingFixture.PASS),
            EmbeddingFixture.watch(),
            meters,
            _ -> {},
            EmbeddingFixture.PASS);
    vectors.add(space, memory(0), "good");

    byte[] answer = changed.run(EmbedCallCodec.write(List.of(memory(0))));

    assertThat(EmbedCallCodec.readFailures(answer)).isEqualTo(Map.of(0, 1L));
    assertThat(vectors.embedded).isEmpty();
    assertThat(pins.kept).containsEntry(EmbeddingModelId.BGE_SMALL_EN, "what it was");
  }

  @Test
  void theFingerprintIsKeptBeforeTheFirstVector() {
    FakePins pins = new FakePins();
    List<Boolean> keptBefore = new ArrayList<>();
    TestModel model =
        new TestModel(
            EmbeddingModelId.BGE_SMALL_EN,
            2,
            _ -> {
              keptBefore.add(pins.kept.containsKey(EmbeddingModelId.BGE_SMALL_EN));
              return new float[] {1, 1};
            });
    EmbedOperation first =
        new EmbedOperation(
            namespaces,
            vectors,
            new PinnedModels(new ModelRegistry(List.of(model)), pins, EmbeddingFixture.PASS),
            EmbeddingFixture.watch(),
            meters,
            _ -> {},
            EmbeddingFixture.PASS);
    vectors.add(space, memory(0), "good");

    var _ = first.run(EmbedCallCodec.write(List.of(memory(0))));

    assertThat(keptBefore).containsExactly(true);
    assertThat(pins.kept).containsEntry(EmbeddingModelId.BGE_SMALL_EN, model.fingerprint());
  }

  private float[] seen(String text) {
    if (text.equals("interrupted")) {
      caller.interrupt();
      throw new IllegalStateException("it ended early");
    }
    if (text.equals("changes")) {
      vectors.waiting.clear();
    }
    return vectorOf(text);
  }

  private static float[] vectorOf(String text) {
    return switch (text) {
      case "poison" -> throw new IllegalStateException("the native code did not like it");
      case "endless" -> throw new StackOverflowError();
      default -> new float[] {text.length(), 1};
    };
  }

  private Map<Integer, Long> run(Waiting... batch) {
    return EmbedCallCodec.readFailures(operation.run(EmbedCallCodec.write(List.of(batch))));
  }

  private static MemoryId[] ids(Waiting... items) {
    return List.of(items).stream().map(Waiting::memoryId).toArray(MemoryId[]::new);
  }
}
