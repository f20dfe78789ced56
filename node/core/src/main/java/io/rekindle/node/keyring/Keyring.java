package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens what rows keep, under one data key for each namespace, wrapped by the cluster
 * key, or by the key of a tenant that has one of its own.
 *
 * <p>Data keys are unwrapped on first use and kept, at most {@value #KEYS_MAX}; where no lookup is
 * allowed (inside a commit), ask {@link #isUnwrapped} first. Whatever needs a data key of a tenant
 * whose key is closed fails with KEY_REVOKED. Safe for use by many threads; no call reaches a key
 * management service but the first for a tenant, which waits for its key.
 */
public final class Keyring implements AutoCloseable {
  private static final int KEYS_MAX = 20_000;
  private static final String NAMESPACE = "namespace key";
  private static final String ROOT = "root namespace key";

  private final UUID clusterId;
  private final KeyWrapper wrapper;
  private final TenantKeys tenants;
  private final UnwrappedKeys<NamespaceId> namespaceKeys;

  /** Of the root of each namespace: a root that is made anew has another key, a namespace never. */
  private final UnwrappedKeys<NamespaceId> rootKeys;

  private final Aead fileCipher;
  private final Aead tokenCipher;
  private final SubKeys peppers;

  /** Keeps sub-keys of {@code clusterKey}, not the key itself. */
  public Keyring(ClusterKey clusterKey, WrappedKeySource source, TenantKeys tenants) {
    this.clusterId = clusterKey.clusterId();
    this.wrapper = KeyWrapper.of(clusterKey);
    this.tenants = tenants;
    this.namespaceKeys =
        new UnwrappedKeys<>(
            KEYS_MAX,
            source::findWrappedKey,
            (id, wrapped) -> unwrap(NAMESPACE, name(id), wrapped));
    this.rootKeys =
        new UnwrappedKeys<>(
            KEYS_MAX,
            id -> rootKeyOf(source, id),
            (_, wrapped) -> unwrap(ROOT, name(wrapped.root()), wrapped));
    this.fileCipher = new SubKeyCipher(clusterKey, ClusterKey.Use.FILE);
    this.tokenCipher = new SubKeyCipher(clusterKey, ClusterKey.Use.TOKEN);
    this.peppers = new SubKeys(clusterKey, ClusterKey.Use.PEPPER);
  }

  private static @Nullable WrappedKey rootKeyOf(WrappedKeySource source, NamespaceId id) {
    WrappedKey own = source.findWrappedKey(id);
    return own == null ? null : source.findWrappedRootKey(own.root());
  }

  /**
   * Unpacks native zstd into {@code temporaryFolder} and loads it; call it once, before the first
   * keyring is used, or it is unpacked into the JVM's temporary folder. The file is removed at
   * once.
   */
  public static void loadNatives(Path temporaryFolder) {
    Compression.load(temporaryFolder);
  }

  private UnwrappedKeys.Held unwrap(String label, byte[] owner, WrappedKey wrapped) {
    if (!KeyWrapper.isByTenant(wrapped.bytes())) {
      return new UnwrappedKeys.Held(wrapper.unwrap(label, owner, wrapped.bytes()), null);
    }
    TenantKey tenant = tenants.get(wrapped.root());
    return new UnwrappedKeys.Held(tenant.wrapper().unwrap(label, owner, wrapped.bytes()), tenant);
  }

  /**
   * A new data key for {@code id}, wrapped, for the {@link WrappedKeySource} to keep.
   *
   * @param tenant whose key wraps it; null for the cluster's
   */
  public byte[] newWrappedNamespaceKey(NamespaceId id, @Nullable TenantKey tenant) {
    return wrapper(tenant).wrapNew(NAMESPACE, name(id));
  }

  /** A new key of subject digests for {@code root}, wrapped; never rotated. */
  public byte[] newWrappedRootKey(NamespacePath root, @Nullable TenantKey tenant) {
    return wrapper(tenant).wrapNew(ROOT, name(root));
  }

  /**
   * A namespace key, wrapped anew by the generation of the cluster key that is in use.
   *
   * @return null when the key of a tenant wraps it
   * @throws RekindleException DATA_CORRUPTED
   */
  public byte @Nullable [] rewrapNamespaceKey(NamespaceId id, WrappedKey wrapped) {
    return rewrap(NAMESPACE, name(id), wrapped);
  }

  /** As {@link #rewrapNamespaceKey}, of the key of a root namespace. */
  public byte @Nullable [] rewrapRootKey(NamespacePath root, WrappedKey wrapped) {
    return rewrap(ROOT, name(root), wrapped);
  }

  private byte @Nullable [] rewrap(String label, byte[] owner, WrappedKey wrapped) {
    return KeyWrapper.isByTenant(wrapped.bytes())
        ? null
        : wrapper.rewrap(label, owner, wrapped.bytes());
  }

  private KeyWrapper wrapper(@Nullable TenantKey tenant) {
    return tenant == null ? wrapper : tenant.wrapper();
  }

  /**
   * Seals {@code plaintext}, at most 1 MiB, for one place.
   *
   * @return an {@link Envelope}, 81 bytes longer than the plaintext, or shorter by compression
   * @throws RekindleException NAMESPACE_NOT_FOUND when the namespace has no key (any more)
   */
  public byte[] seal(NamespaceId namespace, EnvelopeContext place, byte[] plaintext) {
    return Envelope.seal(namespaceKeys.get(namespace), clusterId, namespace, place, plaintext);
  }

  /**
   * Opens what {@link #seal} made for the same place.
   *
   * @throws RekindleException DATA_CORRUPTED when anything differs; NAMESPACE_NOT_FOUND when the
   *     namespace has no key (any more)
   */
  public byte[] open(NamespaceId namespace, EnvelopeContext place, byte[] envelope) {
    return Envelope.open(namespaceKeys.get(namespace), clusterId, namespace, place, envelope);
  }

  /**
   * Seals the key of a file: under the namespace's key, and around it under the cluster's, so that
   * a file that was made after the cluster key was replaced takes the new one.
   */
  byte[] sealFileKey(NamespaceId namespace, EnvelopeContext place, byte[] key) {
    try {
      return fileCipher.encrypt(seal(namespace, place, key), Parts.of(namespace.value()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  /**
   * Opens what {@link #sealFileKey} made.
   *
   * @throws RekindleException as {@link #open}
   * @throws GeneralSecurityException when it was not sealed by this cluster
   */
  byte[] openFileKey(NamespaceId namespace, EnvelopeContext place, byte[] sealed)
      throws GeneralSecurityException {
    return open(namespace, place, fileCipher.decrypt(sealed, Parts.of(namespace.value())));
  }

  /**
   * Looks up the key, so that sealing and opening need not for a while.
   *
   * @throws RekindleException NAMESPACE_NOT_FOUND when the namespace has no key (any more);
   *     KEY_REVOKED
   */
  public void unwrap(NamespaceId namespace) {
    var _ = namespaceKeys.get(namespace);
  }

  /** Whether sealing and opening need no lookup right now. */
  public boolean isUnwrapped(NamespaceId namespace) {
    return namespaceKeys.contains(namespace);
  }

  /** Drops the unwrapped keys, when its namespace was deleted. */
  public void forget(NamespaceId namespace) {
    namespaceKeys.forget(namespace);
    rootKeys.forget(namespace);
  }

  /** Drops the unwrapped keys of tenants whose own key was closed. */
  public void forgetClosed() {
    namespaceKeys.forgetClosed();
    rootKeys.forgetClosed();
  }

  /**
   * HMAC-SHA-256 of the parts under the namespace's key; each part counts with its length, and
   * {@code purpose} keeps digests of different uses apart.
   *
   * @return 32 bytes
   */
  public byte[] digest(NamespaceId namespace, String purpose, byte[]... parts) {
    return digest(namespaceKeys.get(namespace), purpose, parts);
  }

  /**
   * The form in which a subject id is stored: equal within the root of a namespace, useless
   * outside.
   */
  public byte[] subjectDigest(NamespaceId namespace, String subjectId) {
    return digest(rootKeys.get(namespace), "subject", subjectId.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The keys of the HMAC over API key secrets, 32 bytes each: the first is that of new ones, and
   * older ones may have any. Not to be changed.
   */
  public List<byte[]> peppers() {
    return peppers.get();
  }

  /** Seals a token: authenticated, and opaque to whoever carries it. */
  public byte[] sealToken(byte[] plaintext, byte[] associatedData) {
    try {
      return tokenCipher.encrypt(plaintext, associatedData);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    }
  }

  /**
   * Opens what {@link #sealToken} made with the same associated data.
   *
   * @throws RekindleException PAGE_TOKEN_INVALID for anything else
   */
  public byte[] openToken(byte[] sealed, byte[] associatedData) {
    try {
      return tokenCipher.decrypt(sealed, associatedData);
    } catch (GeneralSecurityException e) {
      throw new RekindleException(
          ErrorCode.PAGE_TOKEN_INVALID, "the page token is not one of this request");
    }
  }

  /** Drops every key; those inside a cipher are left to the collector. */
  @Override
  public void close() {
    namespaceKeys.clear();
    rootKeys.clear();
    peppers.wipe();
  }

  private static byte[] digest(DataKey key, String purpose, byte[]... parts) {
    byte[][] all = new byte[parts.length + 1][];
    all[0] = purpose.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(parts, 0, all, 1, parts.length);
    return key.digest(all);
  }

  private static byte[] name(NamespaceId id) {
    return Parts.of(id.value());
  }

  private static byte[] name(NamespacePath root) {
    return root.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
