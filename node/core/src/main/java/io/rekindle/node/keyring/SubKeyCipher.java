package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Seals (XAES-256-GCM) under the sub-key of the cluster key's generation in use, and opens what was
 * sealed under that of any. Safe for use by many threads; goes on when the cluster key was closed.
 */
final class SubKeyCipher implements Aead {
  private final ClusterKey clusterKey;
  private final ClusterKey.Use use;
  private volatile Ciphers ciphers;

  /**
   * The one in use first.
   *
   * @param changes of the cluster key, when they were made
   * @param generations the name of that of each
   */
  private record Ciphers(int changes, List<String> generations, List<Aead> all) {
    /** That of the same generation, by identity. */
    @Nullable Aead of(String generation) {
      int at = generations.indexOf(generation);
      return at < 0 ? null : all.get(at);
    }
  }

  SubKeyCipher(ClusterKey clusterKey, ClusterKey.Use use) {
    this.clusterKey = clusterKey;
    this.use = use;
    this.ciphers =
        Objects.requireNonNull(
            make(new Ciphers(-1, List.of(), List.of())), "a cluster key that was closed");
  }

  @Override
  public byte[] encrypt(byte[] plaintext, byte[] associatedData) throws GeneralSecurityException {
    return current().getFirst().encrypt(plaintext, associatedData);
  }

  /**
   * @throws GeneralSecurityException when it was not sealed so, under none of the generations
   */
  @Override
  public byte[] decrypt(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
    return open(sealed, associatedData).plaintext();
  }

  /**
   * What was sealed, and what has opened it: {@link #inUse} where it was sealed under the
   * generation in use.
   */
  record Opened(byte[] plaintext, Aead by) {}

  /** As {@link #decrypt}. */
  Opened open(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
    GeneralSecurityException failure = null;
    for (Aead cipher : current()) {
      try {
        return new Opened(cipher.decrypt(sealed, associatedData), cipher);
      } catch (GeneralSecurityException e) {
        failure = failure == null ? e : failure; // What the one in use says is the likely truth.
      }
    }
    throw failure == null ? new GeneralSecurityException("no key") : failure;
  }

  /** The cipher of the generation in use: another one whenever that has changed. */
  Aead inUse() {
    return current().getFirst();
  }

  private List<Aead> current() {
    Ciphers known = ciphers;
    if (known.changes == clusterKey.changes()) {
      return known.all;
    }
    Ciphers made = make(known);
    if (made == null) {
      return known.all;
    }
    ciphers = made;
    return made.all;
  }

  /** Null when the cluster key was closed. The same generation keeps its cipher. */
  private @Nullable Ciphers make(Ciphers before) {
    int changes = clusterKey.changes(); // Before: what changes meanwhile is derived again.
    List<ClusterKey.SubKey> keys = clusterKey.deriveAll(use);
    if (keys == null) {
      return null;
    }
    List<Aead> all = new ArrayList<>();
    for (ClusterKey.SubKey key : keys) {
      Aead known = before.of(key.generation());
      all.add(known == null ? Xaes.of(key.key()) : known);
      Arrays.fill(key.key(), (byte) 0);
    }
    return new Ciphers(changes, keys.stream().map(ClusterKey.SubKey::generation).toList(), all);
  }
}
