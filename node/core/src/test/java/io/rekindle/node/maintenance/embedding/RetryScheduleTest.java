package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.B;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.config;
import static io.rekindle.node.maintenance.embedding.EmbeddingFixture.memory;
import static io.rekindle.node.storage.VectorStore.ANY_CONTENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {
  private static final Duration NANO = Duration.ofNanos(1);
  private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

  private final EmbeddingFixture.NanoClock clock = new EmbeddingFixture.NanoClock();
  private final Waiting one = memory(1);
  private final Waiting two = memory(2);

  @Test
  void theBackOffDoublesFromTheFirstPauseToTheLongest() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 100);

    for (int seconds : new int[] {1, 2, 4, 8, 10, 10}) {
      assertThat(retries.failed(one, 1)).isTrue();
      assertDueAfter(retries, Duration.ofSeconds(seconds));
    }
  }

  @Test
  void aLongFirstPauseDoublesToTheLongestToo() {
    RetrySchedule retries = schedule("PT1H", "P3650D", 100);

    for (int failures = 1; failures <= 60; failures++) {
      assertThat(retries.failed(one, 1)).isTrue();
      Duration doubled = Duration.ofHours(1L << Math.min(failures - 1, 17));
      Duration longest = Duration.ofDays(3650);
      assertDueAfter(retries, doubled.compareTo(longest) < 0 ? doubled : longest);
    }
  }

  @Test
  void theLastAttemptIsToldAndNotScheduled() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 3);

    assertThat(retries.failed(one, 1)).isTrue();
    assertThat(retries.failed(one, 1)).isTrue();
    assertThat(retries.holds(one)).isTrue();
    assertThat(retries.failed(one, 1)).isFalse();

    assertThat(retries.holds(one)).isFalse();
    assertThat(retries.failed(one, 1)).isTrue();
  }

  @Test
  void newContentBeginsAnewWithTheFirstPause() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 3);
    assertThat(retries.failed(one, 1)).isTrue();
    assertThat(retries.failed(one, 1)).isTrue();

    assertThat(retries.failed(one, 2)).isTrue();
    assertDueAfter(retries, Duration.ofSeconds(1));
    assertThat(retries.failed(one, 2)).isTrue();
    assertThat(retries.failed(one, 2)).isFalse();
  }

  @Test
  void aFailureOfWhicheverContentIsAnAttemptOfTheOneThatIsKnown() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 4);
    assertThat(retries.failed(one, ANY_CONTENT)).isTrue();
    assertThat(retries.failed(one, 1)).isTrue();
    assertThat(retries.failed(one, ANY_CONTENT)).isTrue();
    clock.pass(Duration.ofSeconds(4));
    assertThat(retries.takeDue()).containsExactly(one);
    retries.giveBack(one);

    assertThat(retries.failed(one, 2)).as("not the fourth of the first content").isTrue();
    assertThat(retries.failed(one, 2)).isTrue();
    assertThat(retries.failed(one, ANY_CONTENT)).isTrue();
    assertThat(retries.failed(one, 2)).isFalse();
  }

  @Test
  void whatNoNodeTookIsDueAfterTheFirstPauseAndHasNoAttemptLess() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 3);
    assertThat(retries.failed(one, 1)).isTrue();
    assertThat(retries.failed(one, 1)).isTrue();

    for (int i = 0; i < 5; i++) {
      retries.postpone(one);
      assertDueAfter(retries, Duration.ofSeconds(1));
    }

    assertThat(retries.failed(one, 1)).as("the third attempt").isFalse();
    retries.postpone(two);
    assertThat(retries.failed(two, 1)).isTrue();
    assertThat(retries.failed(two, 1)).isTrue();
    assertThat(retries.failed(two, 1)).isFalse();
    assertThat(retries.size()).isZero();
  }

  @Test
  void aSuccessForgetsTheFailures() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 2);
    assertThat(retries.failed(one, 1)).isTrue();

    retries.succeeded(one);

    assertThat(retries.size()).isZero();
    assertThat(retries.failed(one, 1)).isTrue();
  }

  @Test
  void whatIsDueIsHandedOutOnceWhoeverAsks() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 9);
    var _ = retries.failed(one, 1);
    clock.pass(Duration.ofSeconds(1));

    assertThat(retries.takeDue()).containsExactly(one);
    assertThat(retries.takeDue()).isEmpty();
    assertThat(retries.holds(one)).isTrue();

    retries.giveBack(one);
    assertThat(retries.takeDue()).containsExactly(one);
  }

  @Test
  void whatIsGivenBackAfterItFailedAgainStillWaitsItsPause() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 9);
    var _ = retries.failed(one, 1);
    clock.pass(Duration.ofSeconds(1));
    assertThat(retries.takeDue()).containsExactly(one);
    var _ = retries.failed(one, 1);

    retries.giveBack(one);

    assertDueAfter(retries, Duration.ofSeconds(2));
  }

  @Test
  void whatWasHandedOutAndIsNeverHeardOfIsForgotten() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 9);
    var _ = retries.failed(one, 1);
    var _ = retries.failed(two, 1);
    clock.pass(Duration.ofSeconds(1));
    assertThat(retries.takeDue()).containsExactlyInAnyOrder(one, two);
    retries.giveBack(two);

    clock.pass(Duration.ofHours(1));
    retries.forgetLost(HOUR_NANOS);
    assertThat(retries.holds(one)).isTrue();

    clock.pass(NANO);
    retries.forgetLost(HOUR_NANOS);
    assertThat(retries.holds(one)).isFalse();
    assertThat(retries.holds(two)).as("never left").isTrue();
  }

  @Test
  void aRetryIsNotLostBecauseItWaitedLongForRoom() {
    RetrySchedule retries = schedule("PT1S", "PT10S", 9);
    var _ = retries.failed(one, 1);
    clock.pass(Duration.ofHours(5));

    assertThat(retries.takeDue()).containsExactly(one);
    retries.forgetLost(HOUR_NANOS);

    assertThat(retries.holds(one)).isTrue();
  }

  @Test
  void oneRootHoldsAsMuchAsIsFreeAndTheRestIsLeftToTheSweep() {
    RetrySchedule retries =
        new RetrySchedule(config(Map.of("queue-max", "4", "attempts-max", "3")), clock);

    for (int number = 1; number <= 3; number++) {
      assertThat(retries.failed(memory(number), 1)).isTrue();
    }

    assertThat(retries.size()).isEqualTo(2);
    assertThat(retries.holds(memory(3))).isFalse();
    assertThat(retries.failed(memory(1), 1)).isTrue();

    assertThat(retries.failed(memory(B, 1), 1)).isTrue();
    assertThat(retries.failed(memory(B, 1), 1)).isTrue();
    assertThat(retries.failed(memory(B, 1), 1)).as("its last attempt").isFalse();
  }

  @Test
  void whatEndsGivesItsPlaceBack() {
    RetrySchedule retries =
        new RetrySchedule(config(Map.of("queue-max", "4", "attempts-max", "2")), clock);
    for (int round = 0; round < 10; round++) {
      for (int number = 1; number <= 2; number++) {
        assertThat(retries.failed(memory(number), 1)).isTrue();
        assertThat(retries.holds(memory(number))).isTrue();
      }
      switch (round % 3) {
        case 0 -> retries.succeeded(one);
        case 1 -> assertThat(retries.failed(one, 1)).isFalse();
        default -> {
          clock.pass(Duration.ofHours(3));
          var _ = retries.takeDue();
          clock.pass(Duration.ofHours(3));
          retries.forgetLost(HOUR_NANOS);
        }
      }
      retries.succeeded(two);
      assertThat(retries.size()).isZero();
    }
  }

  private RetrySchedule schedule(String first, String max, int attempts) {
    return new RetrySchedule(
        config(
            Map.of(
                "retry-first", first, "retry-max", max, "attempts-max", String.valueOf(attempts))),
        clock);
  }

  private void assertDueAfter(RetrySchedule retries, Duration pause) {
    clock.pass(pause.minus(NANO));
    assertThat(retries.takeDue()).isEmpty();
    clock.pass(NANO);
    assertThat(retries.takeDue()).containsExactly(one);
  }
}
