package io.rekindle.node.pipeline.token;

/** Authenticated encryption of tokens; {@code keyring} has it. */
public interface TokenCipher {
  byte[] seal(byte[] plaintext, byte[] associatedData);

  /** Opens a token, or throws a RekindleException when it is not one of ours. */
  byte[] open(byte[] sealed, byte[] associatedData);
}
