package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SliceAnswerTest {
  private static final byte[] BODY = {1, 2, 3};

  @Test
  void anAnswerTravels() {
    assertThat(SliceAnswer.decode(SliceAnswer.encode(body -> body, "echo", BODY))).isEqualTo(BODY);
  }

  @Test
  void anErrorTravelsWithCodeTextAndDetails() {
    RekindleException thrown =
        new RekindleException(ErrorCode.VERSION_CONFLICT, "no", Map.of("version", "3"));
    byte[] answer = SliceAnswer.encode(throwing(thrown), "update", BODY);
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> SliceAnswer.decode(answer))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
              assertThat(e.text()).isEqualTo("no");
              assertThat(e.details()).isEqualTo(Map.of("version", "3"));
            });
  }

  @Test
  void anUnexpectedErrorTravelsWithoutItsMessage() {
    byte[] answer =
        SliceAnswer.encode(throwing(new IllegalStateException("secret")), "update", BODY);
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> SliceAnswer.decode(answer))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
        .withMessageNotContaining("secret");
  }

  @Test
  void aDamagedAnswerIsAnInternalError() {
    byte[] answer =
        SliceAnswer.encode(
            throwing(new RekindleException(ErrorCode.VERSION_CONFLICT, "no")), "update", BODY);
    for (int length = 0; length < answer.length; length++) {
      byte[] cut = Arrays.copyOf(answer, length);
      assertThatExceptionOfType(RekindleException.class)
          .isThrownBy(() -> SliceAnswer.decode(cut))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
    }
  }

  private static UnaryOperator<byte[]> throwing(RuntimeException error) {
    return _ -> {
      throw error;
    };
  }
}
