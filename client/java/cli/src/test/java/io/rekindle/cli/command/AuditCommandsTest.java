package io.rekindle.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.ExitCodes;
import io.rekindle.v1.VerifyAuditResponse;
import org.junit.jupiter.api.Test;

class AuditCommandsTest {
  @Test
  void aChainThatIsNotWholeNamesItsProblemsAndFails() {
    VerifyAuditResponse damaged =
        VerifyAuditResponse.newBuilder().addProblems("one").addProblems("two").build();
    assertThat(AuditCommands.verdict(damaged).lines())
        .containsExactly("PROBLEM: one", "PROBLEM: two");
    assertThat(AuditCommands.exitCode(damaged)).isEqualTo(ExitCodes.FAILURE);

    VerifyAuditResponse whole = VerifyAuditResponse.getDefaultInstance();
    assertThat(AuditCommands.verdict(whole)).startsWith("whole: ");
    assertThat(AuditCommands.exitCode(whole)).isEqualTo(ExitCodes.OK);
  }

  @Test
  void theCountsOfAWholeChainAddUpToItsNumbers() {
    VerifyAuditResponse.Builder verified =
        VerifyAuditResponse.newBuilder()
            .setRecords(53)
            .setHeartbeats(4)
            .setBlocks(43)
            .setFirstSequence(1)
            .setLastSequence(57);
    assertThat(AuditCommands.summary(verified.build()))
        .isEqualTo("whole: 53 records and 4 heartbeats (#1 to #57) in 43 blocks");
    assertThat(AuditCommands.summary(verified.setLists(2).setLastSequence(59).build()))
        .isEqualTo("whole: 53 records, 4 heartbeats and 2 memory lists (#1 to #59) in 43 blocks");
    assertThat(
            AuditCommands.summary(
                verified
                    .setRecords(1_000)
                    .setHeartbeats(1)
                    .setLists(0)
                    .setBlocks(1)
                    .setLastSequence(1_001)
                    .build()))
        .isEqualTo("whole: 1,000 records and 1 heartbeat (#1 to #1001) in 1 block");
  }
}
