package io.rekindle.node.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.UUID;

/**
 * A place in the chain: the last sequence number given, and the hash over everything up to it.
 *
 * <p>{@code hash(n) = SHA-256(hash(n-1) || sequence n || item n)}; hash 0 is derived from the
 * chain's id, so that one chain is never continued by another.
 */
record ChainPoint(long sequence, Hash hash) {

  static ChainPoint genesis(UUID chain) {
    MessageDigest sha = Sha256.digest();
    sha.update("rekindle audit chain".getBytes(StandardCharsets.US_ASCII));
    return new ChainPoint(0, Hash.of(sha.digest(new BinaryWriter(16).putUuid(chain).toBytes())));
  }

  /** The place after one more item; {@code sha} is reset by it. */
  ChainPoint next(MessageDigest sha, byte[] item) {
    long next = sequence + 1;
    sha.update(hash.toBytes());
    sha.update(new BinaryWriter(16).putLong(next).toBytes());
    return new ChainPoint(next, Hash.of(sha.digest(item)));
  }
}
