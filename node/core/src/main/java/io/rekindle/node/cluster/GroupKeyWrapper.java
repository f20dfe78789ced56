package io.rekindle.node.cluster;

import java.security.GeneralSecurityException;

/** Wraps the keys of Ignite's groups. Thread-safe; asks nobody. */
public interface GroupKeyWrapper {
  byte[] wrap(byte[] secret);

  /**
   * What was wrapped, under this generation of the cluster key or under another one that it has.
   *
   * @throws GeneralSecurityException when it was not wrapped so
   */
  Unwrapped unwrap(byte[] wrapped) throws GeneralSecurityException;

  /** What wraps now: another object, by identity, whenever that has changed. */
  Object generation();

  /**
   * A group's key.
   *
   * @param generation what had wrapped it
   */
  record Unwrapped(byte[] secret, Object generation) {}

  /** 32 bytes that nodes with the same cluster key have in common; the same for good. */
  byte[] digest();
}
