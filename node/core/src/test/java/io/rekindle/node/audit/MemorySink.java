package io.rekindle.node.audit;

import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A sink in RAM that outlives the log, and fails when told to. */
class MemorySink implements BlockSink {
  final NavigableMap<Long, byte[]> blocks = new ConcurrentSkipListMap<>();
  volatile boolean failBeforePut;
  volatile boolean failAfterPut;

  @Override
  public void put(long blockNumber, byte[] sealedBlock) {
    if (failBeforePut) {
      throw new IllegalStateException("the put did not happen");
    }
    if (blocks.put(blockNumber, sealedBlock) != null) {
      throw new AssertionError("block " + blockNumber + " was put twice");
    }
    if (failAfterPut) {
      throw new IllegalStateException("the put happened, the answer was lost");
    }
  }

  @Override
  public byte @Nullable [] find(long blockNumber) {
    return blocks.get(blockNumber);
  }

  @Override
  public long lastBlock() {
    return blocks.isEmpty() ? 0 : blocks.lastKey();
  }
}
