package io.rekindle.node.kms.azure;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.MGF1ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/** A key of Key Vault: versions, each a real RSA key of 2048 bits. Safe for use by many threads. */
final class VaultKey {
  private static final OAEPParameterSpec OAEP_256 =
      new OAEPParameterSpec(
          "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

  /** They take long to make; all fakes share them. */
  private static final List<KeyPair> PAIRS = new ArrayList<>();

  private final int first;
  private final List<Version> versions = new CopyOnWriteArrayList<>();

  /**
   * A key without versions.
   *
   * @param first keys of others begin elsewhere
   */
  VaultKey(int first) {
    this.first = first;
    rotate();
  }

  /** One of them. */
  static final class Version {
    final String id = UUID.randomUUID().toString().replace("-", "");
    private final KeyPair pair;
    private volatile boolean enabled = true;

    private Version(KeyPair pair) {
      this.pair = pair;
    }

    boolean isEnabled() {
      return enabled;
    }

    void setEnabled(boolean enabled) {
      this.enabled = enabled;
    }

    byte[] wrap(byte[] plaintext) {
      try {
        return cipher(Cipher.ENCRYPT_MODE, pair.getPublic()).doFinal(plaintext);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Empty of what this version did not wrap. */
    Optional<byte[]> unwrap(byte[] ciphertext) {
      try {
        return Optional.of(cipher(Cipher.DECRYPT_MODE, pair.getPrivate()).doFinal(ciphertext));
      } catch (BadPaddingException | IllegalBlockSizeException e) {
        return Optional.empty();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Cipher cipher(int mode, Key key) throws GeneralSecurityException {
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
      cipher.init(mode, key, OAEP_256);
      return cipher;
    }
  }

  void rotate() {
    versions.add(new Version(pair(first + versions.size())));
  }

  Version newest() {
    return versions.getLast();
  }

  Version oldest() {
    return versions.getFirst();
  }

  /** Empty when there is none. */
  Optional<Version> version(String id) {
    return versions.stream().filter(version -> version.id.equals(id)).findFirst();
  }

  /** As its owner has to, who switches off each version for itself. */
  void setEnabled(boolean enabled) {
    versions.forEach(version -> version.setEnabled(enabled));
  }

  private static KeyPair pair(int number) {
    synchronized (PAIRS) {
      try {
        while (PAIRS.size() <= number) {
          KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
          generator.initialize(2048);
          PAIRS.add(generator.generateKeyPair());
        }
        return PAIRS.get(number);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
