package io.rekindle.node.bootstrap;

import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.model.KeyInfo;
import io.rekindle.node.model.KeyInfo.Kind;
import io.rekindle.node.model.KeyInfo.State;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.engine.IgniteNamespaceStore;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import io.rekindle.node.storage.engine.KeyRotations;
import io.rekindle.node.storage.row.CacheConfigurations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which keys there are, as this node sees them; it asks no provider. Thread-safe. */
final class KeyInventory implements Supplier<List<KeyInfo>> {
  private static final String CLUSTER_KEY = "the cluster key";

  private final Path clusterKeyFile;
  private final String clusterId;
  private final HeldKey heldKey;
  private final Duration rotateAfter;
  private final IgniteWrappedKeyStore stored;
  private final KeyRotations rotations;
  private final IgniteNamespaceStore namespaces;
  private final TenantLeases tenants;

  KeyInventory(
      NodeParts parts,
      IgniteWrappedKeyStore stored,
      KeyRotations rotations,
      IgniteNamespaceStore namespaces,
      TenantLeases tenants) {
    this.clusterKeyFile =
        parts.config().dataFolder().resolve(parts.config().keys().clusterKeyFile());
    this.clusterId = parts.clusterKey().clusterId().toString();
    this.heldKey = parts.heldKey();
    this.rotateAfter = parts.config().keys().rotateAfter();
    this.stored = stored;
    this.rotations = rotations;
    this.namespaces = namespaces;
    this.tenants = tenants;
    // The file of a node that has never been wrapped anew is as old as the key.
    rotations.noteFirstClusterKey(clusterKeyWrapped());
  }

  @Override
  public List<KeyInfo> get() {
    List<KeyInfo> keys = new ArrayList<>();
    Instant wrapped = clusterKeyWrapped();
    keys.add(
        new KeyInfo(
            Kind.CLUSTER,
            clusterId,
            1,
            "all others; it seals nothing itself",
            heldKey.describe(),
            rotations.clusterKey(),
            wrapped,
            due(wrapped),
            heldKey.doubt().isEmpty() ? State.OK : State.UNPROVED));
    Instant rotated = rotations.groupKeys();
    keys.add(
        new KeyInfo(
            Kind.GROUP,
            "",
            CacheConfigurations.groups().size(),
            "pages and the write-ahead log",
            CLUSTER_KEY,
            rotated,
            null,
            due(rotated),
            State.OK));
    stored.tenants().stream()
        .sorted(Comparator.comparing(NamespacePath::toString))
        .forEach(root -> addTenant(keys, root));
    Set<NamespacePath> own = stored.roots();
    addBelow(keys, root -> !own.contains(root), CLUSTER_KEY);
    if (!own.isEmpty()) {
      addBelow(keys, own::contains, "the tenant key of their root");
    }
    keys.add(
        ofKind(
            Kind.FILE,
            0,
            "one file of an index each, made and deleted with it",
            "the key of its namespace"));
    keys.add(
        ofKind(
            Kind.FILE,
            0,
            "one file or block of the audit each, made and deleted with it",
            CLUSTER_KEY));
    keys.add(
        ofKind(Kind.FILE, 0, "the manifest, or one list of files, of a backup each", CLUSTER_KEY));
    return List.copyOf(keys);
  }

  private void addTenant(List<KeyInfo> keys, NamespacePath root) {
    WrappedTenantKey key = stored.findTenantKey(root);
    if (key == null) {
      return;
    }
    keys.add(
        new KeyInfo(
            Kind.TENANT,
            root.toString(),
            1,
            "the namespace keys of this root",
            "the customer's key " + key.customerKey(),
            key.madeAt(),
            key.wrappedAt(),
            due(key.wrappedAt()),
            tenants.state(root)));
  }

  private void addBelow(List<KeyInfo> keys, Predicate<NamespacePath> root, String wrappedBy) {
    IgniteWrappedKeyStore.Count count = stored.count(root);
    keys.add(
        new KeyInfo(
            Kind.NAMESPACE,
            "",
            count.namespaces(),
            "payloads, vectors and agent state",
            wrappedBy,
            namespaces.oldest(root),
            null,
            null,
            State.OK));
    keys.add(
        ofKind(
            Kind.SUBJECT,
            count.roots(),
            "nothing; each makes the digests of subjects' ids of a root",
            wrappedBy));
  }

  private static KeyInfo ofKind(Kind kind, int count, String opens, String wrappedBy) {
    return new KeyInfo(kind, "", count, opens, wrappedBy, null, null, null, State.OK);
  }

  private @Nullable Instant due(@Nullable Instant wrapped) {
    return wrapped == null ? null : wrapped.plus(rotateAfter);
  }

  /** Of this node's own file: it is replaced when the key is wrapped anew. */
  private Instant clusterKeyWrapped() {
    try {
      return Files.getLastModifiedTime(clusterKeyFile).toInstant();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
