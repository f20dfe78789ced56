package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.ignite.Ignition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node whose key is revoked while it waits for others that never come. */
@Timeout(120) // So that what waits for ever ends the build.
class LockedStartIT {
  @Test
  void itsEngineStopsAndStartsAgainWhenTheKeyIsBack(@TempDir Path temporary) throws Exception {
    Path folder = temporary.resolve("data");
    Map<String, String> properties = new TreeMap<>(TestNode.properties());
    properties.put("rekindle.keys.provider", "switched");
    properties.put("rekindle.keys.lease", "PT5S");
    properties.put("rekindle.cluster.initial-nodes", "2");
    NodeInit.create(folder, List.of(), properties);
    int before = Ignition.allGrids().size();
    NodeShell shell =
        NodeShell.open(
            () -> NodeConfigLoader.load(folder, Map.of()),
            (kind, cause) -> {
              throw new IllegalStateException("the engine failed: " + kind, cause);
            });
    Thread start = Thread.ofPlatform().daemon().start(shell::startEngine);
    await(() -> Ignition.allGrids().size() > before);
    assertThat(shell.isStarting()).isTrue();

    SwitchedKeys.set(folder, Switch.REVOKED);
    start.join();
    assertThat(shell.isStarting()).isFalse();
    await(() -> Ignition.allGrids().size() == before);
    shell.startEngine(); // Does nothing now.
    assertThat(Ignition.allGrids()).hasSize(before);

    SwitchedKeys.set(folder, Switch.ON);
    await(() -> Ignition.allGrids().size() > before);
    assertThat(shell.isStarting()).isTrue();

    // One that waits is not stopped, but ended; so by the same way.
    SwitchedKeys.set(folder, Switch.REVOKED);
    await(() -> !shell.isStarting());
    shell.close();
    assertThat(Ignition.allGrids()).hasSize(before);
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }
}
