package io.rekindle.node.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.ContentId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbeddingWaitsTest {
  private static final ApiKeyId KEY = new ApiKeyId("aaaaaaaaaaaaaaaa");
  private static final ApiKeyId OTHER = new ApiKeyId("bbbbbbbbbbbbbbbb");
  private static final Duration FOREVER = Duration.ofHours(1);

  private final Set<ContentId> settled = ConcurrentHashMap.newKeySet();
  private EmbeddingWaits waits = waits(FOREVER);

  @AfterEach
  void close() {
    waits.close();
  }

  private EmbeddingWaits waits(Duration pause) {
    return new EmbeddingWaits(limits(), settled::contains, pause);
  }

  /** Two of one key, three of all. */
  private static NodeConfig.Requests limits() {
    try {
      return NodeConfigLoader.load(
              Path.of("there-is-no-such-folder"),
              Map.of(
                  "rekindle.requests.waiting-max", "3",
                  "rekindle.requests.waiting-per-key-max", "2"))
          .requests();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ContentId content(int memory, long version) {
    return new ContentId(NamespacePath.parse("a"), new MemoryId(new UUID(7, memory)), version);
  }

  private void settle(ContentId content) {
    settled.add(content);
    waits.changed(content.memoryId());
  }

  /** Nothing is on its way any more to whoever waits. */
  private void awaitLooks() throws Exception {
    ContentId last = content(1_000_000, 1);
    settled.add(last);
    waits.begin(new ApiKeyId("cccccccccccccccc"), List.of(last), FOREVER).get();
    settled.remove(last);
  }

  @Test
  void isOverWhenTheLastOfItsContentsIsSettled() throws Exception {
    CompletableFuture<?> both = waits.begin(KEY, List.of(content(1, 1), content(2, 1)), FOREVER);
    CompletableFuture<?> one = waits.begin(KEY, List.of(content(1, 1)), FOREVER);

    settle(content(1, 1));
    one.get();
    awaitLooks();
    assertThat(both).isNotDone();
    settle(content(2, 1));

    both.get();
    assertThat(waits.waiting()).isZero();
  }

  @Test
  void anotherContentOfTheMemoryIsWaitedForByItself() throws Exception {
    CompletableFuture<?> later = waits.begin(KEY, List.of(content(1, 2)), FOREVER);
    CompletableFuture<?> all = waits.begin(KEY, List.of(content(1, 1), content(1, 2)), FOREVER);

    settle(content(1, 1));
    awaitLooks();

    assertThat(later).isNotDone();
    assertThat(all).isNotDone();
    settle(content(1, 2));
    later.get();
    all.get();
  }

  @Test
  void whatWasSettledBeforeAnybodyWaitedNeedsNoNews() throws Exception {
    settled.add(content(1, 1));

    waits.begin(KEY, List.of(content(1, 1)), FOREVER).get();
  }

  @Test
  void missedNewsAreFoundByLooking() throws Exception {
    waits.close();
    waits = waits(Duration.ofMillis(5));
    CompletableFuture<?> over = waits.begin(KEY, List.of(content(1, 1)), FOREVER);

    settled.add(content(1, 1));

    over.get();
  }

  @Test
  void everyMemoryHasItsTurnHoweverManyAreWaitedFor() throws Exception {
    waits.close();
    waits = waits(Duration.ofMillis(5));
    List<ContentId> many =
        IntStream.range(0, 2 * EmbeddingWaits.LOOK_MAX).mapToObj(i -> content(i, 1)).toList();
    CompletableFuture<?> others = waits.begin(KEY, many, FOREVER);
    ContentId behind = content(many.size(), 1);
    CompletableFuture<?> last = waits.begin(KEY, List.of(behind), FOREVER);
    awaitLooks();

    settled.add(behind);

    last.get();
    assertThat(others).isNotDone();
  }

  @Test
  void aRowThatCantBeReadEndsTheWaitForItAndNoOther() throws Exception {
    waits.close();
    waits =
        new EmbeddingWaits(
            limits(),
            content -> {
              if (content.equals(content(1, 1))) {
                throw new StackOverflowError();
              }
              return settled.contains(content);
            },
            Duration.ofMillis(5));
    CompletableFuture<?> good = waits.begin(KEY, List.of(content(2, 1)), FOREVER);

    waits.begin(KEY, List.of(content(1, 1)), FOREVER).get();

    assertThat(good).isNotDone();
    settled.add(content(2, 1));
    good.get();
  }

  @Test
  void isOverWhenItsTimeIs() throws Exception {
    waits.begin(KEY, List.of(content(1, 1)), Duration.ofMillis(1)).get();

    assertThat(waits.waiting()).isZero();
  }

  @Test
  void whoCancelsGivesThePlaceBackAtOnce() {
    CompletableFuture<?> one = waits.begin(KEY, List.of(content(1, 1)), FOREVER);
    var _ = waits.begin(KEY, List.of(content(1, 1)), FOREVER);

    one.cancel(false);

    assertThat(waits.waiting()).isEqualTo(1);
    assertThat(waits.begin(KEY, List.of(content(1, 1)), FOREVER)).isNotDone();
  }

  @Test
  void thePlaceIsFreeBeforeTheWaiterGoesOn() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    CompletableFuture<?> over = waits.begin(KEY, List.of(content(1, 1)), FOREVER);
    var _ =
        over.thenRun(
            () -> {
              if (waits.waiting() == 0) {
                free.countDown();
              }
            });

    settle(content(1, 1));

    free.await();
  }

  @Test
  void refusesWhatIsOverItsPlaces() {
    var _ = waits.begin(KEY, List.of(content(1, 1)), FOREVER);
    var _ = waits.begin(KEY, List.of(content(1, 1)), FOREVER);
    assertRefused(KEY, "rekindle.requests.waiting-per-key-max", "2");
    var _ = waits.begin(OTHER, List.of(content(1, 1)), FOREVER);

    assertRefused(OTHER, "rekindle.requests.waiting-max", "3");

    assertThat(waits.waiting()).isEqualTo(3);
  }

  private void assertRefused(ApiKeyId key, String limitKey, String limit) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> waits.begin(key, List.of(content(1, 1)), FOREVER))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS))
        .satisfies(
            e ->
                assertThat(e.details())
                    .containsEntry("limit_key", limitKey)
                    .containsEntry("limit", limit));
  }

  @Test
  void closingEndsEveryWaitAndTheNextOneBeforeItBegins() throws Exception {
    CompletableFuture<?> over = waits.begin(KEY, List.of(content(1, 1)), FOREVER);

    waits.close();

    over.get();
    waits.begin(KEY, List.of(content(1, 1)), FOREVER).get();
    waits.changed(content(1, 1).memoryId());
    assertThat(waits.waiting()).isZero();
  }
}
