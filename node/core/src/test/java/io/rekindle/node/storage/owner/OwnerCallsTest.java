package io.rekindle.node.storage.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.storage.row.SliceOwners;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is tried again when an owner does not answer, and what is not. */
class OwnerCallsTest {
  private final RekindleException lost = SliceCalls.lost(new IllegalStateException());
  private final RekindleException moved = SliceOwners.moved();

  private int tries;

  private Supplier<String> failing(RekindleException... errors) {
    Deque<RekindleException> left = new ArrayDeque<>(List.of(errors));
    return () -> {
      tries++;
      if (!left.isEmpty()) {
        throw left.remove();
      }
      return "done";
    };
  }

  private static RekindleException refusal(boolean sameTwice, Supplier<String> call) {
    return catchThrowableOfType(RekindleException.class, () -> OwnerCalls.repeat(sameTwice, call));
  }

  @Test
  void whatMovedIsAskedElsewhereEvenIfItCannotBeRepeated() {
    assertThat(OwnerCalls.repeat(false, failing(moved, moved))).isEqualTo("done");
    assertThat(tries).isEqualTo(3);
  }

  @Test
  void whatALostOwnerMayHaveDoneIsRepeatedOnlyWhereThatIsTheSame() {
    assertThat(OwnerCalls.repeat(true, failing(lost))).isEqualTo("done");
    assertThat(tries).isEqualTo(2);

    RekindleException unknown = refusal(false, failing(moved, lost));
    assertThat(unknown.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    assertThat(unknown.code().grpc()).isNotEqualTo(ErrorCode.GrpcStatus.UNAVAILABLE);
    assertThat(tries).isEqualTo(4);
  }

  @Test
  void anAnswerOfTheOwnerIsTheAnswer() {
    for (ErrorCode code : List.of(ErrorCode.NOT_READY, ErrorCode.MEMORY_NOT_FOUND)) {
      tries = 0;
      assertThat(refusal(true, failing(new RekindleException(code, "no"))).code()).isEqualTo(code);
      assertThat(tries).isEqualTo(1);
    }
  }
}
