package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine as it is configured, over a real folder. */
class EngineIT {
  @TempDir Path folder;

  @Test
  void whatWasWrittenIsThereAfterARestart() throws Exception {
    try (TestEngine engine = TestEngine.open(folder, Map.of())) {
      try (RunningIgnite running = engine.start(memories(512))) {
        running.ignite().<String, String>cache("memory").put("a", "b");
      }
      try (RunningIgnite running = engine.start(memories(512))) {
        IgniteCache<String, String> cache = running.ignite().cache("memory");
        assertThat(cache.get("a")).isEqualTo("b");
      }
    }
  }

  static CacheConfiguration<String, String> memories(int partitions) {
    return new CacheConfiguration<String, String>("memory")
        .setEncryptionEnabled(true)
        .setAffinity(new RendezvousAffinityFunction(false, partitions));
  }
}
