package io.rekindle.node.kms;

import java.util.Arrays;

/**
 * The customer's key, wherever it lives. It wraps one small key, the cluster key, at start and at
 * rotation; no request ever waits for it.
 *
 * <p>Implementations are safe for use by many threads.
 */
public interface KeyManagementService extends AutoCloseable {
  /** What a provider says of its key right now. */
  enum Probe {
    OK,
    /** The provider answered, and refuses: disabled, destroyed, or access withdrawn. */
    REVOKED,
    /** No answer: says nothing about the key. */
    UNREACHABLE
  }

  /**
   * Encrypts {@code key} under the customer's key.
   *
   * @param key 16 to 64 bytes
   * @param associatedData bound to the result, not part of it; at most 256 bytes
   * @throws KeyManagementException when the provider refuses or cannot be reached
   */
  byte[] wrap(byte[] key, byte[] associatedData);

  /**
   * The reverse of {@link #wrap}.
   *
   * @throws KeyManagementException with {@link Probe#OK} when the provider works but {@code
   *     wrapped} was not made by this key with this associated data
   */
  byte[] unwrap(byte[] wrapped, byte[] associatedData);

  /** Wraps anew under the newest version of the customer's key. */
  default byte[] rewrap(byte[] wrapped, byte[] associatedData) {
    byte[] key = unwrap(wrapped, associatedData);
    try {
      return wrap(key, associatedData);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * Asks the provider whether the key works, by wrapping and unwrapping something worthless; never
   * throws for what it answers. An answer that is wrong says nothing about the key.
   */
  default Probe probe() {
    return KeyProof.probe(this);
  }

  /** Has the next request prove anew to the provider who is asking. */
  default void logOut() {
    // Where there is no login, nothing is forgotten.
  }

  /** The provider and the name of its key, for operators; no secrets. */
  String describe();

  /** Ends its connections. A second time does nothing. */
  @Override
  void close();
}
