package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.processors.cache.GridCacheUtils;
import org.apache.ignite.internal.processors.cache.StoredCacheData;
import org.apache.ignite.internal.processors.cache.persistence.file.FilePageStoreManager;
import org.apache.ignite.marshaller.MarshallerUtils;
import org.apache.ignite.marshaller.jdk.JdkMarshaller;

/** Refuses to serve from a cache that lies on disk in clear. */
public final class EncryptedCachesCheck {
  /** Below the pages: the node's folder, in it one for each cache or group of them. */
  private static final int DESCRIPTION_DEPTH = 3;

  static {
    IgniteProperties.set();
  }

  private EncryptedCachesCheck() {}

  /**
   * Of a data folder, by what Ignite wrote down of each cache in it; changes nothing. What may be
   * deserialised is what Ignite itself may, when it reads the same files.
   *
   * @throws StartRefusedException when a cache there is not encrypted, or a description unreadable
   */
  public static void check(Path dataFolder) {
    SortedSet<String> unencrypted = new TreeSet<>();
    for (Path file : descriptions(EngineFolders.pages(dataFolder))) {
      CacheConfiguration<?, ?> cache = read(file).config();
      // Ignite's own cache can't be encrypted, and holds nothing of ours.
      if (!cache.isEncryptionEnabled() && !GridCacheUtils.isSystemCache(cache.getName())) {
        unencrypted.add(cache.getName());
      }
    }
    refuse(unencrypted);
  }

  /** How many caches are described in a data folder. */
  public static int caches(Path dataFolder) {
    return descriptions(EngineFolders.pages(dataFolder)).size();
  }

  /** Ignite passes over empty ones. */
  private static List<Path> descriptions(Path pages) {
    if (!Files.isDirectory(pages)) {
      return List.of();
    }
    try (Stream<Path> files =
        Files.find(
            pages,
            DESCRIPTION_DEPTH,
            (path, file) ->
                file.isRegularFile()
                    && file.size() > 0
                    && path.toString().endsWith(FilePageStoreManager.CACHE_DATA_FILENAME))) {
      return files.toList();
    } catch (IOException | UncheckedIOException e) {
      throw new StartRefusedException("The folder " + pages + " cannot be read.", e);
    }
  }

  private static StoredCacheData read(Path file) {
    ClassLoader loader = EncryptedCachesCheck.class.getClassLoader();
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
      Object read =
          new JdkMarshaller(MarshallerUtils.classNameFilter(loader)).unmarshal(bytes, loader);
      if (read instanceof StoredCacheData cache) {
        return cache;
      }
      throw new IOException("the object in it is another one");
    } catch (IgniteCheckedException | IOException e) {
      throw new StartRefusedException("The description of a cache, " + file + ", is damaged.", e);
    }
  }

  /** Of configurations, before Ignite sees them. */
  public static void check(CacheConfiguration<?, ?>... caches) {
    SortedSet<String> unencrypted = new TreeSet<>();
    for (CacheConfiguration<?, ?> cache : caches) {
      if (!cache.isEncryptionEnabled()) {
        unencrypted.add(cache.getName());
      }
    }
    refuse(unencrypted);
  }

  /**
   * Of a started engine, whose caches may come from disk.
   *
   * @throws StartRefusedException when a cache of ours is not encrypted
   */
  public static void check(Ignite ignite) {
    SortedSet<String> unencrypted = new TreeSet<>();
    for (String name : ignite.cacheNames()) {
      if (!isEncrypted(ignite.cache(name))) {
        unencrypted.add(name);
      }
    }
    refuse(unencrypted);
  }

  @SuppressWarnings("unchecked") // A class literal has no type arguments.
  private static boolean isEncrypted(IgniteCache<Object, Object> cache) {
    CacheConfiguration<Object, Object> configuration =
        cache.getConfiguration(CacheConfiguration.class);
    return configuration.isEncryptionEnabled();
  }

  private static void refuse(SortedSet<String> unencrypted) {
    if (!unencrypted.isEmpty()) {
      throw new StartRefusedException(
          "These caches are not encrypted: " + String.join(", ", unencrypted) + ".");
    }
  }
}
