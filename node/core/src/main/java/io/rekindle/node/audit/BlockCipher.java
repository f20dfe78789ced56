package io.rekindle.node.audit;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Authenticated encryption, each file and block under a random key of its own that stands at its
 * head, wrapped by the audit key; {@code keyring} implements it. Thread-safe.
 */
public interface BlockCipher {
  /** Of a wrapped key. */
  int WRAPPED_KEY_BYTES = 72;

  /** A new key, bound to {@code aad}. */
  Key newKey(byte[] aad);

  /**
   * Opens the wrapped key that {@code head} begins with.
   *
   * @throws io.rekindle.node.error.RekindleException DATA_CORRUPTED when it is shorter, or a bit of
   *     the key or of {@code aad} differs
   */
  Key openKey(byte[] head, byte[] aad);

  /**
   * Opens what was sealed under the audit key itself, when files and blocks had no keys of their
   * own: their format 1.
   *
   * @throws io.rekindle.node.error.RekindleException DATA_CORRUPTED when a bit of either differs
   */
  byte[] openDirect(byte[] sealed, byte[] aad);

  /** Whether a key of this cipher was wrapped by an audit key that is not used any more. */
  boolean isOutdated(Key key);

  /** Seals under a new key, which stands before the rest; {@code aad} is bound, not kept. */
  default byte[] seal(byte[] plaintext, byte[] aad) {
    return newKey(aad).sealFirst(plaintext, aad);
  }

  /**
   * Opens what {@link #seal} made with the same {@code aad}.
   *
   * @throws io.rekindle.node.error.RekindleException DATA_CORRUPTED when a bit of either differs
   */
  default byte[] open(byte[] sealed, byte[] aad) {
    return openKey(sealed, aad).openFirst(sealed, aad);
  }

  /** The key of one file or block, to be held no longer than that is open. Thread-safe. */
  interface Key {
    /** {@value BlockCipher#WRAPPED_KEY_BYTES} bytes. */
    byte[] wrapped();

    /** Seals with a fresh nonce; {@code aad} is bound, not kept. */
    byte[] seal(byte[] plaintext, byte[] aad);

    /**
     * Opens what {@link #seal} made with the same {@code aad}.
     *
     * @throws io.rekindle.node.error.RekindleException DATA_CORRUPTED when a bit of either differs
     */
    byte[] open(byte[] sealed, byte[] aad);

    /** As {@link #seal}, with the wrapped key before it. */
    default byte[] sealFirst(byte[] plaintext, byte[] aad) {
      byte[] sealed = seal(plaintext, aad);
      return ByteBuffer.allocate(WRAPPED_KEY_BYTES + sealed.length)
          .put(wrapped())
          .put(sealed)
          .array();
    }

    /** As {@link #open}, of what {@link #sealFirst} made; its key was opened before. */
    default byte[] openFirst(byte[] sealed, byte[] aad) {
      int from = Math.min(WRAPPED_KEY_BYTES, sealed.length);
      return open(Arrays.copyOfRange(sealed, from, sealed.length), aad);
    }
  }
}
