package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.RunningDistribution.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node of the assembled distribution whose key is rotated, revoked and restored. */
@Timeout(600) // So that what waits for ever ends the build.
class KmsDemoIT {
  @TempDir private static Path temporary;

  @BeforeAll
  static void makeArchive() throws Exception {
    RunningDistribution.makeArchive();
  }

  @Test
  void everyDoorIsLockedWhileTheKeyIsRevokedAndNothingIsLost() throws Exception {
    Ended demo =
        RunningDistribution.launchNodes(
            "kms",
            "demo",
            "--memories",
            "10",
            "--data-folder",
            temporary.resolve("kms").toString());

    assertThat(demo.out())
        .contains("The cluster key is wrapped anew")
        .contains("  store: KEY_REVOKED", "  without a valid API key: KEY_REVOKED")
        .contains("key.locked: true, key.unlocked: true")
        .containsPattern("answers again after [0-9,]+ ms, the same process\n10 memories read, 0 m");
    assertThat(demo.code()).isEqualTo(ExitCodes.OK);
  }
}
