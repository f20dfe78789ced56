package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.security.GeneralSecurityException;
import java.util.List;

/**
 * Seals (XAES-256-GCM) under the sub-key of the cluster key's generation in use, and opens what was
 * sealed under that of any. Safe for use by many threads; goes on when the cluster key was closed.
 */
final class SubKeyCipher implements Aead {
  private final SubKeys keys;
  private volatile Ciphers ciphers;

  /** Of the list of keys that they were made of. */
  private record Ciphers(List<byte[]> of, List<Aead> all) {}

  SubKeyCipher(ClusterKey clusterKey, ClusterKey.Use use) {
    this.keys = new SubKeys(clusterKey, use);
    this.ciphers = make(keys.get());
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

  /** The cipher of the generation in use: another one whenever that, or what is held, changes. */
  Aead inUse() {
    return current().getFirst();
  }

  private List<Aead> current() {
    List<byte[]> now = keys.get();
    Ciphers known = ciphers;
    if (known.of != now) {
      known = make(now);
      ciphers = known;
    }
    return known.all;
  }

  private static Ciphers make(List<byte[]> keys) {
    return new Ciphers(keys, keys.stream().map(Xaes::of).toList());
  }
}
