package io.rekindle.chaos.scenario.regression;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.cluster.ClusterSpec;
import io.rekindle.chaos.fault.SmallDisk;
import io.rekindle.chaos.scenario.Verdict;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short set; {@code -Dseed=N} repeats a run, as far as the operating system lets it. */
@Timeout(600) // So that what waits for ever ends the build.
class RegressionIT {
  private static final int DISK_MEGABYTES = 192;

  private final long seed = Long.getLong("seed", System.nanoTime() & 0xffff_ffffL);

  @Test
  void nothingIsLostOrStaleOfOneNode() {
    Optional<SmallDisk> mounted = SmallDisk.mount(folder("one"), DISK_MEGABYTES);
    if (mounted.isEmpty()) {
      System.out.println("without a full disk: a tmpfs can't be mounted here, which takes root");
      keepsEveryPromise(Regressions.oneNode(mounted), folder("one"));
      return;
    }
    try (SmallDisk disk = mounted.orElseThrow()) {
      keepsEveryPromise(Regressions.oneNode(mounted), disk.folder().resolve("run"));
    }
  }

  @Test
  void whatIsDeletedStaysDeletedAndDamagedFilesAreRefusedOrMadeAnew() {
    keepsEveryPromise(Regressions.deletesAndDamage(), folder("deletes"));
  }

  @Test
  void nothingIsLostUnderNewKeys() {
    keepsEveryPromise(
        Regressions.newKeys(),
        ClusterSpec.of(1, 0).with("rekindle.ignite.checkpoint-interval=PT1H"),
        folder("new-keys"));
  }

  @Test
  void nothingIsLostThroughAnyNodeWhenOneOfThreeIsKilled() {
    keepsEveryPromise(
        Regressions.killOneOfThree(), ClusterSpec.of(3, 1), folder("kill-one-of-three"));
  }

  private void keepsEveryPromise(Regression regression, Path below) {
    keepsEveryPromise(regression, ClusterSpec.of(1, 0), below);
  }

  private void keepsEveryPromise(Regression regression, ClusterSpec spec, Path below) {
    String repeat =
        "mvn -B verify -pl chaos-tests -am -Dtest=NoTest -Dit.test=RegressionIT -Dseed=" + seed;
    Verdict verdict;
    try {
      verdict = regression.run(seed, spec, below);
    } catch (IllegalStateException e) {
      // Its message, too: of a build somewhere else, the first line may be all that is seen.
      throw new AssertionError(e.getMessage() + "; repeat with: " + repeat, e);
    }
    System.out.printf(
        "%s: seed %d, %,d operations%n",
        regression.name(), seed, verdict.history().operations().size());
    assertThat(verdict.violations()).as(() -> verdict.text(repeat)).isEmpty();
  }

  private Path folder(String name) {
    return Path.of(System.getProperty("chaos.folder"), name + "-" + seed).toAbsolutePath();
  }
}
