package io.rekindle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.RunningDistribution.Ended;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node of the assembled distribution whose key is rotated, revoked and restored, and then that of
 * one tenant of two.
 */
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
        .contains("  search in acme: KEY_REVOKED", "  list in acme: KEY_REVOKED")
        .containsPattern("10 memories of globex read, 0 missing\nthe key of acme is restored")
        .containsPattern("acme is back after [0-9,]+ ms\n10 memories of acme read, 0 missing")
        .contains("tenant-key.locked: true, tenant-key.unlocked: true")
        .containsPattern("answers again after [0-9,]+ ms, the same process\n10 memories read, 0 m");
    assertThat(demo.code()).isEqualTo(ExitCodes.OK);
  }
}
