package io.rekindle.node.maintenance.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerSeatsTest {
  private static final Duration NONE = Duration.ZERO;
  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void ownBatchesAndThoseOfOthersShareTheWorkers() throws Exception {
    WorkerSeats seats = new WorkerSeats(2, 4);
    seats.sit();
    assertThat(seats.sitAsGuest(NONE)).isTrue();
    assertThat(seats.areTaken()).isTrue();
    assertThat(seats.sitAsGuest(NONE)).isFalse();

    seats.leave();
    assertThat(seats.areTaken()).isFalse();
    assertThat(seats.sitAsGuest(NONE)).isTrue();
    seats.leaveAsGuest();
    seats.leaveAsGuest();
    seats.sit();
    seats.sit();
    assertThat(seats.areTaken()).isTrue();
  }

  @Test
  void noMoreBatchesOfOthersAreHereThanAllowed() throws Exception {
    WorkerSeats seats = new WorkerSeats(8, 1);
    assertThat(seats.sitAsGuest(NONE)).isTrue();
    assertThat(seats.sitAsGuest(LONG)).as("at once, though workers are idle").isFalse();
    seats.leaveAsGuest();
    assertThat(seats.sitAsGuest(NONE)).isTrue();
  }

  @Test
  void oneThatWaitsCountsUntilItGivesUp() throws Exception {
    WorkerSeats seats = new WorkerSeats(1, 1);
    seats.sit();
    FutureTask<Boolean> guest = new FutureTask<>(() -> seats.sitAsGuest(LONG));
    Thread waiting = Thread.ofPlatform().daemon().start(guest);
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(seats.sitAsGuest(NONE)).isFalse();
    seats.leave();
    assertThat(guest.get()).isTrue();
    seats.leaveAsGuest();

    seats.sit();
    assertThat(seats.sitAsGuest(NONE)).isFalse();
    seats.leave();
    assertThat(seats.sitAsGuest(NONE)).as("the one that gave up holds no place").isTrue();
  }
}
