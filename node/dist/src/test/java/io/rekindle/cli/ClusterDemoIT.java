package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.RunningDistribution.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of the assembled distribution, one of which is killed. */
@Timeout(600) // So that what waits for ever ends the build.
class ClusterDemoIT {
  @TempDir private static Path temporary;

  @BeforeAll
  static void makeArchive() throws Exception {
    RunningDistribution.makeArchive();
  }

  @Test
  void nothingAcknowledgedIsLostWhenOneOfThreeIsKilledWhileWriting() throws Exception {
    Ended demo =
        RunningDistribution.launchNodes(
            "cluster",
            "demo",
            "--seconds",
            "6",
            "--data-folder",
            temporary.resolve("cluster").toString());

    assertThat(demo.out())
        .containsPattern("acknowledged [1-9][0-9,]*, lost 0")
        .contains("node 3 was killed with -9", "audit of node 3: whole");
    assertThat(demo.code()).isEqualTo(ExitCodes.OK);
  }
}
