package io.rekindle.chaos.scenario.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.scenario.Verdict;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short set; {@code -Dseed=N} repeats a run, as far as the operating system lets it. */
@Timeout(300) // So that what waits for ever ends the build.
class RegressionIT {
  static Stream<Regression> regressions() {
    return Stream.of(Regressions.killWhileWriting(), Regressions.pauseAndResume());
  }

  @ParameterizedTest
  @MethodSource("regressions")
  void keepsEveryPromise(Regression regression) {
    long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);
    Path below = Path.of(System.getProperty("chaos.folder"), regression.name() + "-" + seed);

    Verdict verdict = regression.run(seed, ClusterSpec.of(1, 0), below.toAbsolutePath());

    System.out.printf(
        "%s: seed %d, %,d operations, %d faults%n",
        regression.name(), seed, verdict.history().operations().size(), verdict.events().size());
    assertThat(verdict.violations())
        .as(() -> verdict.text("mvn -B verify -pl chaos-tests -am -Dseed=" + seed))
        .isEmpty();
  }
}
