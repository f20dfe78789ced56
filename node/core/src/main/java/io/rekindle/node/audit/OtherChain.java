package io.rekindle.node.audit;

import io.rekindle.node.model.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chain of another node, as far as it is in blocks: of one that is gone, as after a restore,
 * that is all of it. Read only; safe for use by many threads.
 */
public final class OtherChain {
  private final BlockSink blocks;
  private final BlockCipher cipher;

  public OtherChain(BlockSink blocks, BlockCipher cipher) {
    this.blocks = blocks;
    this.cipher = cipher;
  }

  /**
   * Recomputes the chain from its first block to its last.
   *
   * @param through a place that it must have come by; null for none
   */
  public Reply.AuditVerified verify(@Nullable AuditPosition through) {
    return new ChainVerifier(through, WalkLimit.NONE).verify(blocks, cipher);
  }

  /**
   * As {@link #verify(AuditPosition)}, coming by no place.
   *
   * @throws io.rekindle.node.error.RekindleException DEADLINE_EXCEEDED when the limit says so
   */
  public Reply.AuditVerified verify(WalkLimit limit) {
    return new ChainVerifier(null, limit).verify(blocks, cipher);
  }

  /** Intents without an outcome, oldest first, at most 4,096, with their first 64 memories. */
  public List<OpenIntent> openIntents() {
    IntentLedger intents = new IntentLedger();
    for (long number = 1; number <= blocks.lastBlock(); number++) {
      byte @Nullable [] sealed = blocks.find(number);
      @Nullable AuditBlock block = sealed == null ? null : AuditBlock.open(number, sealed, cipher);
      if (block != null) {
        ReadRecord.of(block.segment())
            .forEach(read -> intents.note(read.point().sequence(), read.record()));
      }
    }
    return intents.list();
  }
}
