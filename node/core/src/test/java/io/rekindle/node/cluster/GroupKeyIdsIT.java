package io.rekindle.node.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.managers.encryption.GridEncryptionManager;
import org.apache.ignite.internal.util.typedef.internal.CU;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A key of pages has an id of one byte: after the last comes the first again. */
@Timeout(180)
class GroupKeyIdsIT {
  private static final int LAST = 255;

  /** Each rotation takes a second. */
  private static final int ALREADY = 253;

  private static final int ROWS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void afterTheLastIdComesTheFirstAgain() throws Exception {
    Map<String, String> settings = Map.of("rekindle.ignite.checkpoint-interval", "PT1H");
    try (TestEngine engine = TestEngine.open(folder, settings)) {
      RunningIgnite running = engine.start(cache());
      rotateBefore(running);
      put(running, "before");
      try (GroupKeys keys = keysOf(running)) {
        for (int id : new int[] {ALREADY + 1, LAST, 0, 1}) {
          assertThat(keys.rotate(_ -> {})).isEqualTo(1);
          assertThat(GroupKeysWorker.keyId(running.ignite())).isEqualTo(id);
          put(running, "under " + id);
          await(() -> sealed(keys));
        }
      }
      assertThat(ids(running)).as("of the log").contains(ALREADY, LAST, 0, 1);
      running.halt();
      try (RunningIgnite again = engine.start(cache())) {
        assertThat(GroupKeysWorker.keyId(again.ignite())).isEqualTo(1);
        for (String value : List.of("before", "under " + LAST, "under 0", "under 1")) {
          for (int row = 0; row < ROWS; row++) {
            assertThat(again.ignite().cache("memory").get(value + row)).isEqualTo(value);
          }
        }
      }
    }
  }

  /** As if it had been done so often: the cache has no pages on the disk yet. */
  private static void rotateBefore(RunningIgnite running) {
    Serializable key = running.ignite().configuration().getEncryptionSpi().create();
    byte[] wrapped = running.ignite().configuration().getEncryptionSpi().encryptKey(key);
    encryption(running).setInitialGroupKey(CU.cacheId("memory"), wrapped, ALREADY);
    assertThat(GroupKeysWorker.keyId(running.ignite())).isEqualTo(ALREADY);
  }

  private static void put(RunningIgnite running, String value) {
    for (int row = 0; row < ROWS; row++) {
      running.ignite().cache("memory").put(value + row, value);
    }
  }

  private static boolean sealed(GroupKeys keys) {
    keys.advance();
    return keys.reencrypting() == 0 && keys.bytesLeft() == 0;
  }

  private static List<Integer> ids(RunningIgnite running) {
    return requireNonNull(encryption(running).groupKeyIds(CU.cacheId("memory")));
  }

  private static GridEncryptionManager encryption(RunningIgnite running) {
    return ((IgniteEx) running.ignite()).context().encryption();
  }

  private static GroupKeys keysOf(RunningIgnite running) {
    Membership membership = new Membership(running.ignite());
    AllNodes nodes =
        new AllNodes(running.ignite(), membership, new Baseline(running.ignite(), membership));
    GroupKeys keys = new GroupKeys(running.ignite(), membership, nodes, PATIENCE);
    keys.register();
    return keys;
  }

  private static CacheConfiguration<Object, Object> cache() {
    return new CacheConfiguration<>("memory")
        .setAffinity(new RendezvousAffinityFunction(false, 8))
        .setEncryptionEnabled(true);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
