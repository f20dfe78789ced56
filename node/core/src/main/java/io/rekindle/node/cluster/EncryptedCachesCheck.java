package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.configuration.CacheConfiguration;

/** Refuses to serve from a cache that lies on disk in clear. */
public final class EncryptedCachesCheck {
  private EncryptedCachesCheck() {}

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
