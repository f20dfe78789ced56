package io.rekindle.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.ExitCodes;
import io.rekindle.v1.NodeAudit;
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

  @Test
  void eachNodeHasALineThatSaysWhatWasNotSeen() {
    NodeAudit.Builder node =
        NodeAudit.newBuilder()
            .setRecords(5)
            .setHeartbeats(2)
            .setBlocks(3)
            .setFirstSequence(1)
            .setTailSeen(true);
    VerifyAuditResponse.Builder verified =
        VerifyAuditResponse.newBuilder()
            .addNodes(node.setNodeId("asked").setLastSequence(7))
            .addNodes(
                node.setNodeId("gone")
                    .setLastSequence(8)
                    .setTailSeen(false)
                    .setUnseenReason("the node is not there"));
    assertThat(AuditCommands.verdicts(verified.build()).lines())
        .containsExactly(
            "node asked: whole: 5 records and 2 heartbeats (#1 to #7) in 3 blocks",
            "node gone: whole: 5 records and 2 heartbeats (#1 to #8) in 3 blocks; NOT SEEN: its"
                + " newest records, on its own disk (the node is not there)");
    assertThat(AuditCommands.exitCode(verified.build())).isEqualTo(ExitCodes.OK);
  }

  @Test
  void aProblemOfAnotherNodeFailsAndStandsBelowItsLine() {
    NodeAudit.Builder node = NodeAudit.newBuilder().setTailSeen(true);
    VerifyAuditResponse broken =
        VerifyAuditResponse.newBuilder()
            .addNodes(node.setNodeId("asked"))
            .addNodes(node.setNodeId("other").addProblems("block 3 is missing"))
            .build();
    assertThat(AuditCommands.verdicts(broken).lines())
        .containsExactly(
            "node asked: whole: 0 records and 0 heartbeats (#0 to #0) in 0 blocks",
            "node other: NOT WHOLE: 0 records and 0 heartbeats (#0 to #0) in 0 blocks",
            "PROBLEM: block 3 is missing");
    assertThat(AuditCommands.exitCode(broken)).isEqualTo(ExitCodes.FAILURE);
  }

  @Test
  void aNodeOfAnEarlierReleaseTellsOfItselfAlone() {
    VerifyAuditResponse old = VerifyAuditResponse.newBuilder().setLastSequence(4).build();
    assertThat(AuditCommands.verdicts(old)).isEqualTo(AuditCommands.summary(old));
  }
}
