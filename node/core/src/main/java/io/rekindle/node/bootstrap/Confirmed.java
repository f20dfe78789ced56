package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.BlockSink;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.RequestHandler;
import io.rekindle.node.model.Reply;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Nothing is acknowledged that only a side without majority has.
 *
 * <p>A write that is under way when other nodes vanish is committed by those that are left, in
 * their view, be that this node alone; Ignite asks for a majority only before a write begins. So
 * whatever the nodes changed under is acknowledged only when a majority has answered this node
 * afterwards. Nodes rarely change, and then it costs one round of questions.
 *
 * @param version grows with each node that comes or goes, as soon as this node acts on it
 * @param majority asks now
 */
record Confirmed(LongSupplier version, BooleanSupplier majority) {
  private <T> T confirmed(Supplier<T> work) {
    long before = version.getAsLong();
    T answer = work.get();
    if (version.getAsLong() != before && !majority.getAsBoolean()) {
      throw new RekindleException(
          ErrorCode.NO_MAJORITY,
          "the majority of the cluster went out of reach while this node worked: what was asked for"
              + " may have been done, or not");
    }
    return answer;
  }

  /** Answers so. */
  RequestHandler gate(RequestHandler gate) {
    return request -> {
      Supplier<Reply> work = () -> gate.handle(request);
      return confirmed(work);
    };
  }

  /** Keeps blocks so: a block counts as kept when it is confirmed, or found when it is. */
  BlockSink blocks(BlockSink blocks) {
    return new BlockSink() {
      private volatile boolean doubtful;

      @Override
      public void put(long blockNumber, byte[] sealedBlock) {
        doubtful = true;
        Boolean done =
            confirmed(
                () -> {
                  blocks.put(blockNumber, sealedBlock);
                  return true;
                });
        doubtful = !done;
      }

      @Override
      public byte @Nullable [] find(long blockNumber) {
        if (doubtful && !majority.getAsBoolean()) {
          throw new RekindleException(
              ErrorCode.NO_MAJORITY, "whether a block is kept can't be said without a majority");
        }
        return blocks.find(blockNumber);
      }

      @Override
      public long lastBlock() {
        return blocks.lastBlock();
      }
    };
  }
}
