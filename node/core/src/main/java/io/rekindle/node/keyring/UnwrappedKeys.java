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
  private final Function<K, @Nullable WrappedKey> wrapped;
  private final KeyUnwrapper<K> unwrapper;
  private final Map<K, Held> keys = new ConcurrentHashMap<>();

  interface KeyUnwrapper<K> {
    Held unwrap(K owner, WrappedKey wrapped);
  }

  /**
   * A data key, which is used as long as the key is open that has unwrapped it.
   *
   * @param tenant null when that is the cluster's
   */
  record Held(DataKey key, @Nullable TenantKey tenant) {
    boolean isOpen() {
      return tenant == null || tenant.isOpen();
    }
  }

  UnwrappedKeys(int keysMax, Function<K, @Nullable WrappedKey> wrapped, KeyUnwrapper<K> unwrapper) {
    this.keysMax = keysMax;
    this.wrapped = wrapped;
    this.unwrapper = unwrapper;
  }

  /**
   * @throws RekindleException NAMESPACE_NOT_FOUND when there is no such key (any more); KEY_REVOKED
   */
  DataKey get(K owner) {
    Held known = keys.get(owner);
    if (known != null && known.isOpen()) {
      return known.key();
    }
    // Not computeIfAbsent: the lookup may be slow, and must not hold other owners' bins.
    WrappedKey found = wrapped.apply(owner);
    if (found == null) {
      throw notFound();
    }
    Held unwrapped = unwrapper.unwrap(owner, found);
    makeRoom();
    keys.put(owner, unwrapped);
    // Removed and forgotten since it was found? Then forget it again: a destroyed key stays so.
    if (wrapped.apply(owner) == null) {
      keys.remove(owner, unwrapped);
      throw notFound();
    }
    if (!unwrapped.isOpen()) {
      keys.remove(owner, unwrapped); // What was closed meanwhile has been forgotten already.
    }
    return unwrapped.key();
  }

  /** Whether {@link #get} has it without a lookup. */
  boolean contains(K owner) {
    Held known = keys.get(owner);
    return known != null && known.isOpen();
  }

  void forget(K owner) {
    keys.remove(owner);
  }

  /** Drops what may not be used any more. */
  void forgetClosed() {
    keys.values().removeIf(held -> !held.isOpen());
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
