package io.rekindle.node.pipeline.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.embedding.QueryVectorCache;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.maintenance.embedding.TestModel;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.Ranking;
import io.rekindle.node.model.VectorInput;
import io.rekindle.node.model.WaitFor;
import io.rekindle.node.storage.StorageNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queries on which a model hangs cost their own searches and no others. */
@Timeout(60)
class HungQueryTest {
  private static final int HUNG_MAX = 2;
  private static final Duration HANG_MAX = Duration.ofSeconds(20);
  private static final Namespace NAMESPACE =
      new Namespace(
          new NamespaceId(new UUID(1, 64)),
          NamespacePath.parse("company_a/support"),
          StorageNode.modelSettings(1),
          Instant.EPOCH,
          1);

  private static final Namespace OTHER_ROOT =
      new Namespace(
          new NamespaceId(new UUID(2, 64)),
          NamespacePath.parse("company_b/support"),
          StorageNode.modelSettings(1),
          Instant.EPOCH,
          1);

  private final CountDownLatch never = new CountDownLatch(1);
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final AtomicInteger calls = new AtomicInteger();
  private final ExecutorService caller = Executors.newSingleThreadExecutor();
  private CallWatch watch;
  private QueryEmbedder embedder;

  @BeforeEach
  void start() throws Exception {
    NodeConfig.Embedding config =
        NodeConfigLoader.load(
                Path.of("there-is-no-such-folder"),
                Map.of(
                    "rekindle.embedding.query-timeout",
                    "PT0.5S",
                    "rekindle.embedding.hung-calls-max",
                    Integer.toString(HUNG_MAX)))
            .embedding();
    watch = CallWatch.ofQueries(config);
    TestModel model =
        new TestModel(EmbeddingModelId.BGE_SMALL_EN, StorageNode.DIMENSIONS, this::embed);
    embedder =
        new QueryEmbedder(
            new ModelRegistry(List.of(model)),
            watch,
            new QueryVectorCache(config.queryCacheMax()),
            bytes -> bytes,
            _ -> true);
  }

  @AfterEach
  void stop() {
    never.countDown();
    caller.close();
    watch.close();
  }

  @Test
  void itsCallerIsToldWhichLimitThatWas() {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> search("hangs"))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
              assertThat(e.details())
                  .containsEntry("key", "rekindle.embedding.query-timeout")
                  .containsEntry("model", "bge-small-en-v1.5");
            });
    assertThat(watch.hungCalls()).isEqualTo(1);
    assertRefused("hangs", ErrorCode.DEADLINE_EXCEEDED);
    assertThat(calls).hasValue(1);
  }

  @Test
  void otherSearchesDoNotWaitForIt() throws Exception {
    Future<?> hung = caller.submit(() -> search("hangs"));
    hanging.await();
    assertThat(search("good")).containsOnly(4);
    assertThat(searchByVector()).containsOnly(9);
    assertThat(watch.hungCalls()).isZero();
    assertThat(hung).isNotDone();
  }

  @Test
  void whenItHangsOnTooManyVectorsAndKnownTextsAreStillSearchedBy() {
    assertThat(search("good")).containsOnly(4);
    for (int i = 0; i < HUNG_MAX; i++) {
      assertRefused("hangs " + i, ErrorCode.DEADLINE_EXCEEDED);
    }

    assertRefused("a text of which nothing is known", ErrorCode.NOT_READY);
    assertThat(search("good")).containsOnly(4);
    assertThat(searchByVector()).containsOnly(9);
  }

  @Test
  void oneCustomersQueriesAreNothingToAnother() throws Exception {
    Future<?> hung = caller.submit(() -> search("hangs"));
    hanging.await();
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> embedder.vectorOf(command("hangs", null), List.of(OTHER_ROOT)));
    assertThat(calls).as("a call of its own").hasValue(2);
    assertThatExceptionOfType(ExecutionException.class).isThrownBy(hung::get);
  }

  private void assertRefused(String text, ErrorCode code) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> search(text))
        .extracting(RekindleException::code)
        .isEqualTo(code);
  }

  private float[] search(String text) {
    return embedder.vectorOf(command(text, null), List.of(NAMESPACE));
  }

  private float[] searchByVector() {
    return embedder.vectorOf(command(null, new VectorInput(filled(9))), List.of(NAMESPACE));
  }

  private static MemoryCommand.Search command(@Nullable String text, @Nullable VectorInput vector) {
    return new MemoryCommand.Search(
        NamespaceSelector.of(NAMESPACE.path()),
        text,
        vector,
        10,
        null,
        null,
        null,
        1,
        Ranking.BY_MEANING,
        WaitFor.NOTHING);
  }

  private static float[] filled(float value) {
    float[] vector = new float[StorageNode.DIMENSIONS];
    java.util.Arrays.fill(vector, value);
    return vector;
  }

  private float[] embed(String text) {
    calls.incrementAndGet();
    if (text.startsWith("hangs")) {
      hanging.countDown();
      awaitNever();
    }
    return filled(text.length());
  }

  /** As native code does, whoever interrupts it; but not so long that nobody hears of it. */
  private void awaitNever() {
    long start = System.nanoTime();
    while (never.getCount() > 0 && System.nanoTime() - start < HANG_MAX.toNanos()) {
      try {
        var _ = never.await(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        // Goes on.
      }
    }
  }
}
