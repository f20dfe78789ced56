package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running node makes of the answers of its provider; when it locks is the lease's. */
class HeldKeyTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(1);

  /** A revocation is confirmed within it. */
  private static final Duration TWICE = Duration.ofSeconds(5);

  @TempDir Path temporary;

  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
  private Path folder;
  private HeldKey key;
  private ClusterKey clusterKey;

  @BeforeEach
  void open() throws Exception {
    folder = temporary.resolve("data");
    NodeInit.create(folder, List.of(), Map.of("rekindle.keys.provider", "switched"));
    NodeConfig config = NodeConfigLoader.load(folder, Map.of());
    key =
        HeldKey.open(
            config,
            KeySettings.ofCluster(folder),
            folder.resolve(FolderMark.FILE),
            () -> NodeConfigLoader.load(folder, Map.of()));
    clusterKey = key.clusterKey();
    FolderMark.create(folder.resolve(FolderMark.FILE), clusterKey);
    key.watch(
        new HeldKey.User() {
          @Override
          public void lock(Probe because) {
            heard.add("locked: " + because);
          }

          @Override
          public void unlock(ClusterKey again) {
            heard.add("unlocked: " + again.isSame(clusterKey));
            again.close();
          }
        });
  }

  @AfterEach
  void close() {
    key.close();
    clusterKey.close();
  }

  @Test
  void oneThatGivesAnotherKeyHasRefusedNothing() {
    SwitchedKeys.set(folder, Switch.CONFUSED);
    assertThat(key.isTakenAway(TWICE)).isFalse();
    assertThat(key.doubt()).isEqualTo("what was wrapped is unwrapped to another key");

    SwitchedKeys.set(folder, Switch.ON);
    assertThat(key.isTakenAway(LONG)).isFalse();
    assertThat(key.doubt()).isEmpty();
    assertThat(heard).isEmpty();
  }

  /** The data would be read with another key than they were written with. */
  @Test
  void aKeyThatIsBackIsTheOneThatWasTakenAway() {
    SwitchedKeys.set(folder, Switch.REVOKED);
    assertThat(key.isTakenAway(LONG)).isTrue();
    SwitchedKeys.set(folder, Switch.CONFUSED);
    assertThat(key.isTakenAway(SHORT)).isTrue();
    assertThat(heard).containsExactly("locked: REVOKED");

    SwitchedKeys.set(folder, Switch.ON);
    while (key.isTakenAway(SHORT)) {
      assertThat(key.doubt()).isNotNull();
    }
    assertThat(heard).containsExactly("locked: REVOKED", "unlocked: true");
  }
}
