package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.cli.bench.OpenLoop.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
  private static final long MILLI = 1_000_000;

  private final Time time = new Time();
  private final OpenLoop loop = new OpenLoop(time);

  /** Passes when it is slept through, or when an operation takes it. */
  private static final class Time implements OpenLoop.Clock {
    private long now = 5_000 * MILLI;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public void sleepUntil(long nanos) {
      now = Math.max(now, nanos);
    }
  }

  @Test
  void startsAtEqualDistances() throws Exception {
    List<Long> starts = new ArrayList<>();

    Load.Measured seen =
        loop.run(
            new Schedule(4, 2),
            n -> {
              starts.add((time.nanos() - 5_000 * MILLI) / MILLI);
              return CompletableFuture.completedFuture(n);
            });

    assertThat(starts).containsExactly(0L, 250L, 500L, 750L, 1_000L, 1_250L, 1_500L, 1_750L);
    assertThat(seen.nanos().getTotalCount()).isEqualTo(8);
    assertThat(seen.nanos().getMaxValue()).isZero();
  }

  @Test
  void countsTheWaitOfThoseThatAStallHeldUp() throws Exception {
    Load.Measured seen =
        loop.run(
            new Schedule(10, 1),
            n -> {
              // The first one takes a second, in which all others were due.
              time.now += n == 0 ? 1_000 * MILLI : 0;
              return CompletableFuture.completedFuture(n);
            });

    // 1000, 900, 800 ... 100 ms: not one slow operation and nine fast ones.
    assertThat(seen.nanos().getTotalCount()).isEqualTo(10);
    assertThat(seen.nanos().getValueAtPercentile(50) / MILLI).isBetween(499L, 501L);
    assertThat(seen.nanos().getMinNonZeroValue() / MILLI).isBetween(99L, 100L);
    assertThat(seen.nanos().getMaxValue() / MILLI).isBetween(999L, 1_001L);
  }

  @Test
  void measuresUntilTheAnswerNotUntilTheNextStart() throws Exception {
    List<CompletableFuture<Long>> open = new ArrayList<>();

    Load.Measured seen =
        loop.run(
            new Schedule(10, 1),
            n -> {
              CompletableFuture<Long> answer = new CompletableFuture<>();
              open.add(answer);
              if (n == 9) {
                open.forEach(each -> each.complete(n));
              }
              return answer;
            });

    assertThat(seen.nanos().getMaxValue() / MILLI).isBetween(899L, 901L);
    assertThat(seen.perSecond()).isBetween(11.0, 11.2);
  }

  @Test
  void failsAsTheFirstOperationThatFailsAndStartsNoMore() {
    List<Long> started = new ArrayList<>();

    assertThatThrownBy(
            () ->
                loop.run(
                    new Schedule(10, 10),
                    n -> {
                      started.add(n);
                      return n < 3
                          ? CompletableFuture.completedFuture(n)
                          : CompletableFuture.failedFuture(new IllegalStateException("no " + n));
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no 3");
    assertThat(started).hasSize(4);
  }

  @Test
  void startsNoMoreWhenItIsToldSo() throws Exception {
    Load.Measured seen =
        loop.run(
            new Schedule(10, 10),
            () -> time.nanos() < 6_000 * MILLI,
            CompletableFuture::completedFuture);

    assertThat(seen.nanos().getTotalCount()).isEqualTo(11);
  }

  @Test
  void makesAtLeastOneOfASlowRate() {
    assertThat(new Schedule(0.1, 1).count()).isOne();
    assertThat(new Schedule(0.5, 10).count()).isEqualTo(5);
    assertThat(new Schedule(0.5, 10).dueNanos(3)).isEqualTo(6_000 * MILLI);
    assertThat(new Schedule(3, 10).dueNanos(3)).isEqualTo(1_000 * MILLI);
  }
}
