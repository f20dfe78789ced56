package io.rekindle.node.maintenance.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.AccessCountStore;
import io.rekindle.node.storage.AccessCounters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AccessFlushTest {
  private static final Namespace SPACE =
      new Namespace(
          NamespaceId.of(new UUID(1, 0)),
          NamespacePath.parse("company_a"),
          new NamespaceSettings(EmbeddingModelId.EXTERNAL, 2, Distance.COSINE, List.of(), false, 1),
          Instant.EPOCH,
          1);

  private final Sums store = new Sums();
  private final AccessCounters counters = new AccessCounters(10_000, InstantSource.system());
  private final AccessFlush flush = flush(counters);

  @AfterEach
  void close() {
    flush.close();
  }

  @Test
  void everythingIsWrittenInBatchesThatTheStoreTakes() {
    counters.returned(SPACE, ids(200));

    flush.run();

    assertThat(store.sums).hasSize(200).allSatisfy((_, count) -> assertThat(count).isEqualTo(1));
    assertThat(store.calls).isEqualTo(4);
    assertThat(counters.drain()).isEmpty();
  }

  @Test
  void oneMoreThanABatchIsWrittenToo() {
    counters.returned(SPACE, ids(AccessCountStore.BATCH_MAX + 1));

    flush.run();

    assertThat(store.sums).hasSize(AccessCountStore.BATCH_MAX + 1);
  }

  @Test
  void nothingGatheredIsNoCall() {
    flush.run();

    assertThat(store.calls).isZero();
  }

  @Test
  void whatTheStoreRefusedIsWrittenByTheNextFlushAndNothingTwice() {
    counters.returned(SPACE, ids(200));
    store.refusedCall = 3;

    assertThatThrownBy(flush::run).isInstanceOf(RekindleException.class);
    assertThat(store.sums).hasSize(2 * AccessCountStore.BATCH_MAX);

    counters.returned(SPACE, ids(200));
    flush.run();

    assertThat(store.sums).hasSize(200).allSatisfy((_, count) -> assertThat(count).isEqualTo(2));
  }

  @Test
  void anOwnerThatRefusesDoesNotKeepTheOthersWaiting() {
    store.owners = 3;
    counters.returned(SPACE, ids(3 * (AccessCountStore.BATCH_MAX + 1)));
    store.refusedCall = 3;

    assertThatThrownBy(flush::run).isInstanceOf(RekindleException.class);
    assertThat(store.sums).hasSize(2 * (AccessCountStore.BATCH_MAX + 1));
    assertThat(counters.drain()).hasSize(AccessCountStore.BATCH_MAX + 1);
  }

  @Test
  @Timeout(60)
  void whoFillsTheCountersDoesNotWaitUntilTheyAreWritten() throws Exception {
    AccessCounters few = new AccessCounters(10, InstantSource.system());
    store.held = new CountDownLatch(1);
    try (AccessFlush started = flush(few)) {
      started.start(Duration.ofHours(1));

      few.returned(SPACE, ids(10)); // Would never come back if it wrote them.
      assertThat(store.entered.await(5, TimeUnit.SECONDS)).as("they are being written").isTrue();
      few.returned(SPACE, ids(5));
      store.held.countDown();
    }

    assertThat(store.sums).as("the last flush, too").hasSize(10);
    assertThat(store.sums.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(15);
    few.returned(SPACE, ids(10)); // Nobody is there to ask any more.
    assertThat(few.drain()).hasSize(10);
  }

  private AccessFlush flush(AccessCounters of) {
    return new AccessFlush(of, store, SystemPass.mint(SystemPass.Purpose.ACCESS_TRACKING));
  }

  private static List<MemoryId> ids(int count) {
    return IntStream.range(0, count).mapToObj(i -> new MemoryId(new UUID(7, i))).toList();
  }

  /**
   * Sums in a map, of some owners by turns; refuses one call; may be held. One thread at a time.
   */
  private static final class Sums implements AccessCountStore {
    final Map<MemoryId, Long> sums = new HashMap<>();
    int owners = 1;
    int calls;
    int refusedCall;
    CountDownLatch held = new CountDownLatch(0);
    final CountDownLatch entered = new CountDownLatch(1);

    @Override
    public Collection<List<AccessDelta>> byOwner(Pass pass, Collection<AccessDelta> deltas) {
      return deltas.stream()
          .collect(
              Collectors.groupingBy(
                  delta -> delta.memoryId().value().getLeastSignificantBits() % owners))
          .values();
    }

    @Override
    public void add(Pass pass, Collection<AccessDelta> deltas) {
      assertThat(deltas).hasSizeLessThanOrEqualTo(BATCH_MAX);
      if (++calls == refusedCall) {
        throw new RekindleException(ErrorCode.NOT_READY, "a lock was not to be had");
      }
      entered.countDown();
      try {
        assertThat(held.await(10, TimeUnit.SECONDS)).as("let go").isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      deltas.forEach(delta -> sums.merge(delta.memoryId(), delta.count(), Long::sum));
    }
  }
}
