package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.PASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.telemetry.NodeMeters;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Texts that a model can't do, from the store to the next day; rows, queue and workers are real.
 */
@Timeout(120)
class PoisonTextIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final int ATTEMPTS = 3;
  private static final List<String> POISON = List.of("throws", "not a number", "short", "hangs");
  private static final List<String> GOOD = List.of("a", "good text beside them", "the last one");

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(1));
  private final EmbeddingFixture.NanoClock nanos = new EmbeddingFixture.NanoClock();
  private final CountDownLatch never = new CountDownLatch(1);
  private final NodeConfig.Embedding config =
      EmbeddingFixture.config(
          Map.of("attempts-max", Integer.toString(ATTEMPTS), "call-timeout", "PT0.3S"));
  private final EmbeddingQueue queue = new EmbeddingQueue(config);
  private final NodeMeters meters = new NodeMeters();
  private final CallWatch watch = CallWatch.ofPassages(config);
  private final EmbedOperation operation =
      new EmbedOperation(
          NODE.storage().namespaces(),
          NODE.storage().vectors(),
          EmbeddingFixture.models(
              new TestModel(
                  EmbeddingModelId.BGE_SMALL_EN, StorageNode.DIMENSIONS, this::embedText)),
          watch,
          meters,
          _ -> {},
          PASS);
  private final EmbeddingPipeline pipeline =
      new EmbeddingPipeline(
          config, queue, AloneGrid.of(config, operation::run), this::giveUp, nanos);
  private Duration later = Duration.ZERO;
  private final EmbeddingSweep sweep =
      new EmbeddingSweep(
          NODE.storage().vectors(),
          queue,
          pipeline,
          meters,
          () -> NODE.clock.instant().plus(later),
          Duration.ofHours(24));
  private final Map<String, MemoryId> ids = new LinkedHashMap<>();
  private boolean mended;

  @BeforeEach
  void store() {
    for (List<String> texts : List.of(POISON, GOOD)) {
      texts.forEach(this::store);
    }
  }

  private void store(String text) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    var _ =
        NODE.storage()
            .memories()
            .store(PASS, space, Drafts.of(text).draft(), id, null, null, "test");
    ids.put(text, id);
    assertThat(queue.offer(space.path(), id)).isTrue();
  }

  @AfterEach
  void stop() {
    never.countDown();
    pipeline.close();
    watch.close();
  }

  @Test
  void theNeighboursAreFoundAndThePoisonFailsAndIsTriedAgainADayLater() throws Exception {
    pipeline.turn(Duration.ZERO);

    GOOD.forEach(text -> assertThat(status(text)).as(text).isEqualTo(EmbeddingStatus.EMBEDDED));
    POISON.forEach(text -> assertThat(status(text)).as(text).isEqualTo(EmbeddingStatus.PENDING));
    assertThat(found()).containsExactlyInAnyOrderElementsOf(GOOD);

    for (int attempt = 2; attempt <= ATTEMPTS; attempt++) {
      POISON.forEach(text -> assertThat(status(text)).isEqualTo(EmbeddingStatus.PENDING));
      nanos.pass(Duration.ofMinutes(5));
      pipeline.turn(Duration.ZERO);
    }

    POISON.forEach(text -> assertThat(status(text)).as(text).isEqualTo(EmbeddingStatus.FAILED));
    assertThat(meters.scrape())
        .contains("rekindle_memories_embedded_total " + GOOD.size() + ".0")
        .contains("rekindle_embeddings_failed_total " + ATTEMPTS * POISON.size() + ".0");
    assertThat(watch.hungCalls()).isEqualTo(1);
    sweep.offerPending(PASS);
    assertThat(sweep.count(EmbeddingStatus.FAILED)).isGreaterThanOrEqualTo(POISON.size());

    mended = true;
    never.countDown();
    later = Duration.ofHours(25);
    for (int round = 0; round < 50 && found().size() < ids.size(); round++) {
      sweep.offerPending(PASS);
      pipeline.turn(Duration.ZERO);
    }
    assertThat(found()).containsExactlyInAnyOrderElementsOf(ids.keySet());
  }

  private EmbeddingStatus status(String text) {
    MemoryId id = ids.get(text);
    assertThat(id).isNotNull();
    return NODE.storage()
        .memories()
        .get(PASS, space, java.util.Objects.requireNonNull(id))
        .columns()
        .embeddingStatus();
  }

  private List<String> found() {
    return NODE
        .storage()
        .memories()
        .search(
            PASS,
            List.of(space),
            SearchQuery.byMeaning(Drafts.vectorOf(1), 100, null, Filter.ALL, 1),
            null)
        .hits()
        .stream()
        .map(hit -> hit.memory().payload().content())
        .toList();
  }

  private float[] embedText(String text) {
    float[] vector = Drafts.vectorOf(text.hashCode());
    if (mended) {
      return vector;
    }
    switch (text) {
      case "throws" -> throw new IllegalStateException("the native code did not like it");
      case "not a number" -> vector[3] = Float.NaN;
      case "short" -> vector = Arrays.copyOf(vector, vector.length - 1);
      case "hangs" -> hang();
      default -> {}
    }
    return vector;
  }

  /** As native code does, whoever interrupts it. */
  private void hang() {
    while (never.getCount() > 0) {
      try {
        never.await();
      } catch (InterruptedException e) {
        // Goes on.
      }
    }
  }

  private void giveUp(Waiting item, long contentVersion) {
    var _ = NODE.storage().vectors().fail(PASS, space, item.memoryId(), contentVersion);
  }
}
