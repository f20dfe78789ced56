package io.rekindle.node.maintenance.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.embedding.EmbeddingQueue;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.pipeline.store.StoreHandler;
import io.rekindle.node.pipeline.token.TestTokenCipher;
import io.rekindle.node.pipeline.token.WaitTokens;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.Passes;
import io.rekindle.node.storage.SearchQuery;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.telemetry.NodeMeters;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real stores, rows, queue and workers; only the model is the test's, and it blocks. */
@Timeout(120)
class StoresNeverWaitIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final int MEMORIES = 20;

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(2));
  private final AccessPass pass =
      Passes.where(
          space,
          "sensitivity <= \"internal\"",
          Action.STORE,
          Action.GET,
          Action.LIST,
          Action.SEARCH);
  private final CountDownLatch blocked = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch embedded = new CountDownLatch(MEMORIES);
  private final NodeConfig.Embedding config =
      EmbeddingFixture.config(Map.of("workers", "1", "batch-items-max", "4"));
  private final EmbeddingQueue queue = new EmbeddingQueue(config);
  private final NodeMeters meters = new NodeMeters();
  private final EmbedOperation operation =
      new EmbedOperation(
          NODE.storage().namespaces(),
          NODE.storage().vectors(),
          EmbeddingFixture.models(
              new TestModel(
                  EmbeddingModelId.BGE_SMALL_EN, StorageNode.DIMENSIONS, this::embedText)),
          EmbeddingFixture.watch(),
          meters,
          _ -> {},
          EmbeddingFixture.PASS);
  private final EmbeddingPipeline pipeline =
      new EmbeddingPipeline(config, queue, AloneGrid.of(config, this::embed), (_, _) -> {});

  @AfterEach
  void stop() {
    release.countDown();
    pipeline.close();
  }

  @Test
  void whileTheModelBlocksStoresAreAcknowledgedAndReadAndAfterwardsTheyAreFound() throws Exception {
    pipeline.start();
    MemoryId first = store(0);
    blocked.await();

    List<MemoryId> ids =
        Stream.concat(Stream.of(first), IntStream.range(1, MEMORIES).mapToObj(this::store))
            .toList();

    for (int number = 0; number < MEMORIES; number++) {
      Memory memory = NODE.storage().memories().get(pass, space, ids.get(number));
      assertThat(memory.payload().content()).isEqualTo("number " + number);
      assertThat(memory.columns().embeddingStatus()).isEqualTo(EmbeddingStatus.PENDING);
    }
    assertThat(
            NODE.storage()
                .memories()
                .list(pass, List.of(space), Filter.ALL, 100, null, false)
                .memories())
        .hasSize(MEMORIES);
    assertThat(search()).isEmpty();

    release.countDown();
    embedded.await();

    assertThat(search()).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void whatFindsNoRoomInTheQueueIsAcknowledgedAndCounted() {
    EmbeddingQueue small = new EmbeddingQueue(EmbeddingFixture.config(Map.of("queue-max", "2")));

    List<MemoryId> ids = IntStream.range(0, 3).mapToObj(number -> store(number, small)).toList();

    assertThat(small.size()).as("the share of one root").isEqualTo(1);
    assertThat(meters.scrape()).contains("rekindle_embedding_queue_full_total 2.0");
    ids.forEach(
        id ->
            assertThat(NODE.storage().memories().get(pass, space, id).columns().embeddingStatus())
                .isEqualTo(EmbeddingStatus.PENDING));
  }

  private MemoryId store(int number) {
    return store(number, queue);
  }

  private MemoryId store(int number, EmbeddingQueue queue) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    Reply reply =
        new StoreHandler(
                NODE.storage().namespaces(),
                NODE.storage().memories(),
                queue,
                new WaitTokens(new TestTokenCipher()),
                meters)
            .handle(
                pass,
                new MemoryCommand.Store(
                    space.path(),
                    List.of(
                        new MemoryCommand.StoreItem(
                            Drafts.of("number " + number).draft(), id, null))));
    assertThat(((Reply.Stored) reply).results()).allMatch(Reply.StoreResult::created);
    return id;
  }

  private List<MemoryId> search() {
    return NODE
        .storage()
        .memories()
        .search(
            pass,
            List.of(space),
            SearchQuery.byMeaning(Drafts.vectorOf(1), 100, null, Filter.ALL, 1),
            null)
        .hits()
        .stream()
        .map(hit -> hit.memory().memoryId())
        .toList();
  }

  private float[] embedText(String text) {
    blocked.countDown();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Drafts.vectorOf(text.hashCode());
  }

  /** The call as a node makes it, and a count of what it completed. */
  private byte[] embed(byte[] message) {
    byte[] answer = operation.run(message);
    List<Waiting> batch = EmbedCallCodec.read(message);
    assertThat(EmbedCallCodec.readFailures(answer).isEmpty()).isTrue();
    batch.forEach(_ -> embedded.countDown());
    return answer;
  }
}
