package io.rekindle.node.keyring;

import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Wrapped keys in memory; counts how often it is asked. */
public final class MapKeySource implements WrappedKeySource {
  public final Map<NamespaceId, WrappedKey> namespaces = new ConcurrentHashMap<>();
  public final Map<NamespacePath, WrappedKey> roots = new ConcurrentHashMap<>();
  public final AtomicInteger lookups = new AtomicInteger();

  @Override
  public @Nullable WrappedKey findWrappedKey(NamespaceId id) {
    lookups.incrementAndGet();
    return namespaces.get(id);
  }

  @Override
  public @Nullable WrappedKey findWrappedRootKey(NamespacePath root) {
    lookups.incrementAndGet();
    return roots.get(root);
  }
}
