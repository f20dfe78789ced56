package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.audit.BlockSink;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is acknowledged while nodes come and go. */
class ConfirmedTest {
  private final AtomicLong version = new AtomicLong(1);
  private final AtomicBoolean majority = new AtomicBoolean(true);
  private final AtomicInteger asked = new AtomicInteger();
  private final Confirmed confirmed =
      new Confirmed(
          version::get,
          () -> {
            asked.incrementAndGet();
            return majority.get();
          });

  private final Map<Long, byte[]> kept = new HashMap<>();
  private final AtomicBoolean nodesChange = new AtomicBoolean();
  private final BlockSink blocks =
      confirmed.blocks(
          new BlockSink() {
            @Override
            public void put(long blockNumber, byte[] sealedBlock) {
              kept.put(blockNumber, sealedBlock);
              if (nodesChange.get()) {
                version.incrementAndGet();
              }
            }

            @Override
            public byte @Nullable [] find(long blockNumber) {
              return kept.get(blockNumber);
            }

            @Override
            public long lastBlock() {
              return kept.size();
            }
          });

  @Test
  void nobodyIsAskedWhileTheNodesAreTheSame() {
    majority.set(false);
    blocks.put(1, new byte[] {1});
    assertThat(blocks.find(1)).containsExactly(1);
    assertThat(asked.get()).isZero();
  }

  @Test
  void whatTheNodesChangedUnderCountsWhenAMajorityAnswersAfterwards() {
    nodesChange.set(true);
    blocks.put(1, new byte[] {1});
    assertThat(asked.get()).isEqualTo(1);
    assertThat(blocks.find(1)).containsExactly(1);
  }

  @Test
  void withoutAMajorityItIsNeitherKeptNorFound() {
    nodesChange.set(true);
    majority.set(false);
    refused(() -> blocks.put(1, new byte[] {1}));
    refused(() -> blocks.find(1));

    majority.set(true);
    assertThat(blocks.find(1)).containsExactly(1);
  }

  private static void refused(Runnable work) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(work::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_MAJORITY));
  }
}
