package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.embedding.ModelRegistry;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * What the tests of the pipeline share: a pass, a configuration, a clock, and numbered memories.
 */
final class EmbeddingFixture {
  static final SystemPass PASS = SystemPass.mint(SystemPass.Purpose.EMBEDDING);
  static final NamespacePath A = NamespacePath.parse("company_a/support");
  static final NamespacePath B = NamespacePath.parse("company_b/support");

  private EmbeddingFixture() {}

  /** The defaults with some keys of {@code rekindle.embedding} set. */
  static NodeConfig.Embedding config(Map<String, String> keys) {
    Map<String, String> overrides = new HashMap<>();
    keys.forEach((key, value) -> overrides.put("rekindle.embedding." + key, value));
    try {
      return NodeConfigLoader.load(Path.of("there-is-no-such-folder"), overrides).embedding();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model that may make vectors, as nobody has before it. */
  static PinnedModels models(EmbeddingModel model) {
    return new PinnedModels(new ModelRegistry(List.of(model)), new FakePins(), PASS);
  }

  /** With the default limits. */
  static CallWatch watch() {
    return CallWatch.ofPassages(config(Map.of()));
  }

  static Waiting memory(NamespacePath namespace, int number) {
    return new Waiting(namespace, new MemoryId(new UUID(namespace.hashCode(), number)));
  }

  static Waiting memory(int number) {
    return memory(A, number);
  }

  static List<Waiting> memories(NamespacePath namespace, int count) {
    return IntStream.range(0, count).mapToObj(i -> memory(namespace, i)).toList();
  }

  /** A clock that moves when told to, and begins where its value is about to wrap. */
  static final class NanoClock implements LongSupplier {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);

    @Override
    public long getAsLong() {
      return nanos.get();
    }

    void pass(Duration time) {
      nanos.addAndGet(time.toNanos());
    }
  }
}
