package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under a lease of a minute, so that whatever is asked is asked because of the failure. */
class EngineFailuresTest {
  private static final String NO_MAJORITY = "NO_MAJORITY";
  private static final String LOCKED = "locked";

  @TempDir private Path temporary;
  private final BlockingQueue<String> happened = new LinkedBlockingQueue<>();
  private Path folder;
  private HeldKey key;
  private EngineFailures failures;

  @BeforeEach
  void watch() throws IOException {
    folder = temporary.resolve("data");
    NodeInit.create(folder, List.of(), Map.of("rekindle.keys.provider", "switched"));
    NodeConfig config = NodeConfigLoader.load(folder, Map.of());
    Path mark = folder.resolve(FolderMark.FILE);
    key = HeldKey.open(config, KeySettings.ofCluster(folder), mark, () -> config);
    FolderMark.create(mark, key.clusterKey());
    failures = new EngineFailures((kind, _) -> happened.add(kind));
    key.watch(
        new HeldKey.User() {
          @Override
          public void lock(Probe because) {
            happened.add(LOCKED);
          }

          @Override
          public void unlock(ClusterKey unlocked) {
            happened.add(unlocked.isSame(key.clusterKey()) ? "unlocked" : "another key");
            unlocked.close();
          }
        });
    failures.watch(key);
  }

  @AfterEach
  void close() {
    key.close();
  }

  private String next() throws InterruptedException {
    return happened.poll(20, TimeUnit.SECONDS);
  }

  /** Who asks looks ten times a second: a key that is back sooner was not seen to be away. */
  private static void awaitDecided() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("key-before-end")) {
        assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
      }
    }
  }

  @Test
  void whoIsAloneBecauseTheOthersWereLockedIsLockedAndDoesNotEnd() throws Exception {
    SwitchedKeys.set(folder, Switch.REVOKED);
    failures.engineFailed(NO_MAJORITY, null);
    failures.engineFailed(NO_MAJORITY, null);
    assertThat(next()).isEqualTo(LOCKED);
    awaitDecided();
    failures.engineFailed("start-together", null);
    awaitDecided();
    assertThat(key.isTakenAway(Duration.ZERO)).isTrue();
    SwitchedKeys.set(folder, Switch.ON);
    boolean _ = key.isTakenAway(Duration.ZERO); // Has it asked again.
    assertThat(next()).isEqualTo("unlocked");
    assertThat(happened).isEmpty();
  }

  @Test
  void whoseKeyIsGoodEndsToJoinAnew() throws Exception {
    failures.engineFailed(NO_MAJORITY, null);
    assertThat(next()).isEqualTo(NO_MAJORITY);
  }

  @Test
  void aFaultOfTheEngineEndsWhateverTheKeyIs() throws Exception {
    SwitchedKeys.set(folder, Switch.REVOKED);
    failures.engineFailed("CRITICAL_ERROR", null);
    assertThat(next()).isEqualTo("CRITICAL_ERROR");
  }
}
