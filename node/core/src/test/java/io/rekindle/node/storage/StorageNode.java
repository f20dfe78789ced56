package io.rekindle.node.storage;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.cluster.RunningIgnite;
import io.rekindle.node.cluster.TestEngine;
import io.rekindle.node.index.IndexSettings;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.keyring.NoTenants;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.engine.IgniteStorage;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import io.rekindle.node.storage.row.CacheConfigurations;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.slice.SliceIndexes;
import io.rekindle.node.storage.slice.SliceIndexingSpi;
import io.rekindle.node.storage.slice.SnapshotSettings;
import io.rekindle.node.storage.slice.WordSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.ignite.Ignite;
import org.apache.ignite.configuration.CacheConfiguration;

/** A real engine with real encryption and every store over it, on a folder that can be reopened. */
public final class StorageNode implements AutoCloseable {
  /** Vectors of a slice from which it has codes. */
  public static final int CODES_FROM = 1_000;

  /** Contents of a slice from which its words are kept on disk. */
  public static final int WORD_FILES_FROM = 50;

  /** Vectors of a slice up to which it keeps floats; of more the cache is asked. */
  public static final int FLOATS_MAX = 20;

  public static final int DIMENSIONS = 8;
  public static final SystemPass PASS = SystemPass.mint(SystemPass.Purpose.BOOTSTRAP);

  private final TestEngine engine;
  private final RunningIgnite ignite;
  private final SliceIndexingSpi hook;
  private final Keyring keyring;
  private final IgniteStorage storage;
  public final MovableClock clock = new MovableClock();

  public StorageNode(Path folder) throws IOException {
    this(folder, 64L << 20);
  }

  public StorageNode(Path folder, long indexBytesMax) throws IOException {
    engine = TestEngine.open(folder, Map.of("rekindle.ignite.checkpoint-interval", "PT2S"));
    hook = new SliceIndexingSpi();
    ignite =
        RunningIgnite.start(
            engine.configuration(
                hook, CacheConfigurations.all(0).toArray(CacheConfiguration[]::new)));
    IgniteWrappedKeyStore keys = new IgniteWrappedKeyStore(ignite.ignite());
    keyring = new Keyring(engine.clusterKey(), keys, new NoTenants());
    storage =
        IgniteStorage.open(
            ignite.ignite(),
            hook,
            keys,
            new NoTenants(),
            keyring,
            settings(folder, indexBytesMax),
            clock);
  }

  /** Small limits, so that little is enough for everything. */
  public static IgniteStorage.Settings settings(Path folder, long indexBytesMax) {
    return new IgniteStorage.Settings(
        new SliceIndexes.Settings(
            indexBytesMax,
            Duration.ofMinutes(10),
            Duration.ofSeconds(20),
            CODES_FROM,
            2 * CODES_FROM,
            IndexSettings.GATHER_MAX,
            FLOATS_MAX,
            new WordSettings(
                64 << 20, folder.resolve("words"), WORD_FILES_FROM, Duration.ofHours(20), 0),
            new SnapshotSettings(
                folder.resolve("vectors"), Integer.MAX_VALUE, Duration.ofHours(20), 0)),
        Duration.ofHours(24),
        Set.of());
  }

  public IgniteStorage storage() {
    return storage;
  }

  public Ignite ignite() {
    return ignite.ignite();
  }

  public Keyring keyring() {
    return keyring;
  }

  /** Where committed changes arrive. */
  public SliceIndexingSpi hook() {
    return hook;
  }

  public Caches caches() {
    return Caches.of(ignite.ignite());
  }

  public Namespace namespace(String path, NamespaceSettings settings) {
    return storage.namespaces().create(PASS, NamespacePath.parse(path), settings);
  }

  /** Vectors that the "model" makes, which here is the test. */
  public static NamespaceSettings modelSettings(int slices) {
    return new NamespaceSettings(
        EmbeddingModelId.BGE_SMALL_EN, DIMENSIONS, Distance.COSINE, List.of(), false, slices);
  }

  public static NamespaceSettings externalSettings() {
    return new NamespaceSettings(
        EmbeddingModelId.EXTERNAL, DIMENSIONS, Distance.COSINE, List.of("kind"), false, 1);
  }

  public static NamespaceSettings dedupeSettings() {
    return new NamespaceSettings(
        EmbeddingModelId.BGE_SMALL_EN, DIMENSIONS, Distance.COSINE, List.of("kind"), true, 4);
  }

  @Override
  public void close() {
    storage.close();
    ignite.close();
    keyring.close();
    engine.close();
  }
}
