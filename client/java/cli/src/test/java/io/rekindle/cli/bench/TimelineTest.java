package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineTest {
  private static final boolean STORE = true;
  private static final boolean SEARCH = false;

  private long now;
  private final Timeline timeline = new Timeline(() -> now);

  @TempDir private Path folder;

  @Test
  void saysHowLongNoStoreWasAcknowledged() {
    end(100, STORE, 90, true);
    end(150, SEARCH, 140, true);
    end(200, STORE, 110, false);
    end(900, STORE, 120, true);
    end(950, STORE, 940, true);

    assertThat(timeline.storeGap()).isEqualTo(Duration.ofMillis(800));
  }

  @Test
  void countsWhatWasDueInEachPhase() {
    end(100, STORE, 50, true);
    at(200);
    timeline.mark("kill -9");
    end(300, STORE, 150, true); // Due before it.
    end(700, STORE, 210, true);
    end(710, STORE, 220, false);
    at(1200);

    List<String> phases = new ArrayList<>();
    timeline.phases(
        (name, nanos, perSecond, failed) ->
            phases.add(
                "%s: %d, %.0f a second, %d failed, at most %.0f ms"
                    .formatted(
                        name,
                        nanos.getTotalCount(),
                        perSecond,
                        failed,
                        nanos.getMaxValue() / 1e6)));

    assertThat(phases)
        .contains(
            "stores, before: 2, 10 a second, 0 failed, at most 150 ms",
            "stores, kill -9: 1, 1 a second, 1 failed, at most 490 ms")
        .hasSize(4);
    assertThat(timeline.between("before", "kill -9")).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void drawsWhatWasAnsweredInASecondAndWhatWasDueInIt() throws IOException {
    end(500, STORE, 400, true);
    end(2_500, STORE, 600, true);
    at(2_600);
    timeline.mark("answers");

    Path file = folder.resolve("plots").resolve("a.svg");
    timeline.write(file, 3, 20);

    String svg = Files.readString(file);
    assertThat(svg).contains("3 nodes, one killed: 20 a second asked", ">answers</text>");
    // Both were due in the first of the three seconds.
    assertThat(svg.split("<circle", -1)).hasSize(2);
    assertThat(svg.split("<polyline", -1)).hasSize(3);
  }

  private void end(long atMillis, boolean store, long dueMillis, boolean done) {
    at(atMillis);
    timeline.ended(store, TimeUnit.MILLISECONDS.toNanos(dueMillis), done);
  }

  private void at(long millis) {
    now = TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
