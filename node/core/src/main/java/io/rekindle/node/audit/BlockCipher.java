package io.rekindle.node.audit;

/** Authenticated encryption under the audit key; {@code keyring} implements it. Thread-safe. */
public interface BlockCipher {
  /** Seals with a fresh nonce; {@code aad} is bound, not kept. */
  byte[] seal(byte[] plaintext, byte[] aad);

  /**
   * Opens what {@link #seal} made with the same {@code aad}.
   *
   * @throws io.rekindle.node.error.RekindleException DATA_CORRUPTED when a bit of either differs
   */
  byte[] open(byte[] sealed, byte[] aad);
}
