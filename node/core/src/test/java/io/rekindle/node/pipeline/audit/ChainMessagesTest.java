package io.rekindle.node.pipeline.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Reply;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChainMessagesTest {
  private static Reply.AuditVerified chain(int problems) {
    List<String> texts = IntStream.range(0, problems).mapToObj(it -> "problem " + it).toList();
    return new Reply.AuditVerified(1, 2, 3, 4, 5, 6, texts);
  }

  private static void assertRefused(byte[] message) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> ChainMessages.read(message))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
  }

  @Test
  void whatANodeFoundArrivesAsItWas() {
    for (int problems : new int[] {0, 1, ChainMessages.PROBLEMS_MAX}) {
      Reply.AuditVerified chain = chain(problems);
      assertThat(ChainMessages.read(ChainMessages.write(ChainMessages.bounded(chain))))
          .isEqualTo(chain);
    }
  }

  @Test
  void ofManyProblemsTheFirstArriveAndThatThereAreMore() {
    Reply.AuditVerified chain = chain(1_000);
    List<String> told =
        ChainMessages.read(ChainMessages.write(ChainMessages.bounded(chain))).problems();
    assertThat(told).hasSize(ChainMessages.PROBLEMS_MAX + 1);
    assertThat(told.subList(0, ChainMessages.PROBLEMS_MAX))
        .isEqualTo(chain.problems().subList(0, ChainMessages.PROBLEMS_MAX));
    assertThat(told.getLast()).startsWith("more problems follow");
  }

  @Test
  void whatIsCutOfAnotherFormOrOverTheBoundIsRefused() {
    byte[] whole = ChainMessages.write(chain(2));
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length));
    }
    whole[0]++;
    assertRefused(whole);
    assertRefused(ChainMessages.write(chain(ChainMessages.PROBLEMS_MAX + 2)));
  }
}
