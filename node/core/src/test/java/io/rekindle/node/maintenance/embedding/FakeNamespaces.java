package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.Pass;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.TenantKey;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.storage.NamespaceStore;
import io.rekindle.node.storage.Page;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Namespaces in a map, of one slice and two dimensions. */
final class FakeNamespaces implements NamespaceStore {
  final Set<NamespacePath> locked = new HashSet<>();
  private final Map<NamespacePath, Namespace> namespaces = new HashMap<>();

  Namespace add(NamespacePath path) {
    return create(
        EmbeddingFixture.PASS,
        path,
        new NamespaceSettings(
            EmbeddingModelId.BGE_SMALL_EN, 2, Distance.COSINE, List.of(), false, 1));
  }

  @Override
  public Namespace get(Pass pass, NamespacePath path) {
    Namespace found = namespaces.get(path);
    if (found == null) {
      throw new RekindleException(ErrorCode.NAMESPACE_NOT_FOUND, "there is no such namespace");
    }
    return found;
  }

  @Override
  public Namespace open(Pass pass, NamespacePath path) {
    if (locked.contains(path)) {
      throw TenantKey.revoked(path.root());
    }
    return get(pass, path);
  }

  @Override
  public Namespace create(
      Pass pass, NamespacePath path, NamespaceSettings settings, @Nullable String customerKey) {
    NamespaceId id = NamespaceId.of(new UUID(path.hashCode(), 0));
    Namespace namespace = new Namespace(id, path, settings, Instant.EPOCH, 1);
    namespaces.put(path, namespace);
    return namespace;
  }

  @Override
  public @Nullable String customerKey(Pass pass, NamespacePath path) {
    return null;
  }

  @Override
  public String rewrapTenantKey(Pass pass, NamespacePath root, @Nullable String customerKey) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Page<Namespace> list(
      Pass pass, @Nullable NamespacePath below, int pageSize, @Nullable NamespacePath after) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long delete(Pass pass, NamespacePath path, boolean withMemories) {
    namespaces.remove(path);
    return 0;
  }

  @Override
  public int resumeDeletes(Pass pass) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Namespace> resolve(Pass pass, NamespaceSelector selector) {
    throw new UnsupportedOperationException();
  }
}
