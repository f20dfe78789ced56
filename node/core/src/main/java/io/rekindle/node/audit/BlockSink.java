package io.rekindle.node.audit;

import org.jspecify.annotations.Nullable;

/**
 * Where sealed blocks stay for good; {@code storage} implements it on the cache {@code
 * audit_block}, one numbering per node. Numbers begin with 1 and have no holes.
 *
 * <p>Durable in order: when a crash loses a block, it loses every later one too. Any exception
 * means that the block is there or will never be; the log then asks, and puts the number again when
 * it is not.
 */
public interface BlockSink {
  /**
   * Keeps a block of at most a few MiB, and returns when it survives what {@link
   * io.rekindle.node.config.Durability} promises. The log never puts a number that it has seen
   * here.
   */
  void put(long blockNumber, byte[] sealedBlock);

  byte @Nullable [] find(long blockNumber);

  /** The highest number, or 0 when there is none. */
  long lastBlock();
}
