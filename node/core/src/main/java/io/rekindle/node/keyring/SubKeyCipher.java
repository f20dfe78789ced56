package io.rekindle.node.keyring;

import com.google.crypto.tink.Aead;
import io.rekindle.node.kms.Xaes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;

/**
 * Seals (XAES-256-GCM) under the sub-key of the cluster key's generation in use, and opens what was
 * sealed under that of any. Safe for use by many threads; goes on when the cluster key was closed.
 */
final class SubKeyCipher implements Aead {
  private final SubKeys keys;
  private volatile Ciphers ciphers;

  /** Of the list of keys that they were made of. */
  private record Ciphers(List<byte[]> of, List<Aead> all) {
    /** The same key keeps its cipher, by identity. */
    Ciphers followedBy(List<byte[]> keys) {
      return new Ciphers(keys, keys.stream().map(this::cipher).toList());
    }

    private Aead cipher(byte[] key) {
      for (int known = 0; known < of.size(); known++) {
        if (MessageDigest.isEqual(of.get(known), key)) {
          return all.get(known);
        }
      }
      return Xaes.of(key);
    }
  }

  SubKeyCipher(ClusterKey clusterKey, ClusterKey.Use use) {
    this.keys = new SubKeys(clusterKey, use);
    this.ciphers = new Ciphers(List.of(), List.of()).followedBy(keys.get());
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
    List<byte[]> now = keys.get();
    Ciphers known = ciphers;
    if (known.of != now) {
      known = known.followedBy(now);
      ciphers = known;
    }
    return known.all;
  }
}
