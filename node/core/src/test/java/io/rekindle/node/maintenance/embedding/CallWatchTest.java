package io.rekindle.node.maintenance.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.embedding.CallWatch;
import io.rekindle.node.embedding.EmbeddingModel;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CallWatchTest {
  private static final int HUNG_MAX = 2;

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger hanging = new AtomicInteger();
  private final CallWatch watch =
      CallWatch.ofPassages(
          EmbeddingFixture.config(
              Map.of("call-timeout", "PT0.2S", "hung-calls-max", Integer.toString(HUNG_MAX))));
  private final EmbeddingModel model =
      watch.over(new TestModel(EmbeddingModelId.BGE_SMALL_EN, 1, this::embed));

  @AfterEach
  void close() {
    release.countDown();
    watch.close();
  }

  @Test
  void aCallThatEndsIsPassedOnWithWhatItThrew() {
    assertThat(model.embedPassage("good")).containsExactly(4);
    assertThat(model.chunks("good")).hasSize(1);
    assertThatThrownBy(() -> model.embedPassage("poison"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("poison");
    assertThatThrownBy(() -> model.embedPassage("endless")).isInstanceOf(StackOverflowError.class);
  }

  @Test
  void aTextOnWhichTheModelHangsCostsOneThread() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertRefused(ErrorCode.DEADLINE_EXCEEDED, "hang");
    }
    assertThat(hanging).hasValue(1);
    assertThat(watch.hungCalls()).isEqualTo(1);
    assertThat(model.embedPassage("good")).containsExactly(4);

    release.countDown();
    while (watch.hungCalls() > 0) {
      Thread.sleep(10);
    }
    assertThat(model.embedPassage("hang")).containsExactly(4);
  }

  @Test
  void whoeverAsksTheSameMeanwhileWaitsForTheCallThatIsUnderWay() throws Exception {
    try (ExecutorService callers = Executors.newCachedThreadPool()) {
      List<Future<?>> calls =
          Stream.generate(
                  () -> callers.submit(() -> assertRefused(ErrorCode.DEADLINE_EXCEEDED, "hang")))
              .limit(10)
              .collect(Collectors.toList());
      for (Future<?> call : calls) {
        call.get();
      }
    }
    assertThat(hanging).hasValue(1);
    assertThat(watch.hungCalls()).isEqualTo(1);
    assertThat(model.chunks("hang")).hasSize(1);
  }

  @Test
  void aStoppedWatchStartsNothing() {
    watch.close();
    assertRefused(ErrorCode.NOT_READY, "good");
    assertThat(watch.hungCalls()).isZero();
  }

  @Test
  void tooManyTextsThatHangStopTheModels() {
    for (int i = 0; i < HUNG_MAX; i++) {
      assertRefused(ErrorCode.DEADLINE_EXCEEDED, "hang " + i);
    }
    assertRefused(ErrorCode.NOT_READY, "good");
    assertThat(hanging).hasValue(HUNG_MAX);
  }

  private void assertRefused(ErrorCode code, String text) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> model.embedPassage(text))
        .extracting(RekindleException::code)
        .isEqualTo(code);
  }

  private float[] embed(String text) {
    if (text.startsWith("hang")) {
      hanging.incrementAndGet();
      awaitRelease();
    }
    return switch (text) {
      case "poison" -> throw new IllegalStateException(text);
      case "endless" -> throw new StackOverflowError();
      default -> new float[] {text.length()};
    };
  }

  /** As native code does, whoever interrupts it. */
  private void awaitRelease() {
    while (release.getCount() > 0) {
      try {
        release.await();
      } catch (InterruptedException e) {
        // Goes on.
      }
    }
  }
}
