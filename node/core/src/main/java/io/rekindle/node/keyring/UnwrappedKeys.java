package io.rekindle.node.keyring;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Data keys of one kind, unwrapped on first use and kept; bounded, because a node may serve 100,000
 * namespaces. Safe for use by many threads; a hit takes no lock.
 */
final class UnwrappedKeys<K> {
  private final int keysMax;
  private final Function<K, byte @Nullable []> wrapped;
  private final KeyUnwrapper<K> unwrapper;
  private final Map<K, DataKey> keys = new ConcurrentHashMap<>();

  interface KeyUnwrapper<K> {
    DataKey unwrap(K owner, byte[] wrapped);
  }

  UnwrappedKeys(int keysMax, Function<K, byte @Nullable []> wrapped, KeyUnwrapper<K> unwrapper) {
    this.keysMax = keysMax;
    this.wrapped = wrapped;
    this.unwrapper = unwrapper;
  }

  /**
   * @throws RekindleException NAMESPACE_NOT_FOUND when there is no such key (any more)
   */
  DataKey get(K owner) {
    DataKey known = keys.get(owner);
    if (known != null) {
      return known;
    }
    // Not computeIfAbsent: the lookup may be slow, and must not hold other owners' bins.
    byte[] found = wrapped.apply(owner);
    if (found == null) {
      throw notFound();
    }
    DataKey unwrapped = unwrapper.unwrap(owner, found);
    makeRoom();
    keys.put(owner, unwrapped);
    // Removed and forgotten since it was found? Then forget it again: a destroyed key stays so.
    if (wrapped.apply(owner) == null) {
      keys.remove(owner, unwrapped);
      throw notFound();
    }
    return unwrapped;
  }

  boolean contains(K owner) {
    return keys.containsKey(owner);
  }

  void forget(K owner) {
    keys.remove(owner);
  }

  void clear() {
    keys.clear();
  }

  private static RekindleException notFound() {
    return new RekindleException(ErrorCode.NAMESPACE_NOT_FOUND, "the namespace has no data key");
  }

  /** Any key may go: it costs one lookup to have it back. */
  private void makeRoom() {
    var any = keys.keySet().iterator();
    while (keys.size() >= keysMax && any.hasNext()) {
      any.next();
      any.remove();
    }
  }
}
