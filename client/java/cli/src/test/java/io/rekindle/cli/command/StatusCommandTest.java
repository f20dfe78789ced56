package io.rekindle.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.v1.GetStatusResponse;
import io.rekindle.v1.NodeStatus;
import io.rekindle.v1.StatusFact;
import io.rekindle.v1.StatusProblem;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
  private static final GetStatusResponse WELL =
      GetStatusResponse.newBuilder()
          .addNodes(NodeStatus.newBuilder().setNodeId("n1").setAnswered(true))
          .addFacts(StatusFact.newBuilder().setName("majority").setValue("yes"))
          .build();

  @Test
  void whatIsWrongStandsFirstOneLineEach() {
    GetStatusResponse status =
        WELL.toBuilder()
            .addProblems(StatusProblem.newBuilder().setCode("node-away").setText("start it"))
            .addProblems(StatusProblem.newBuilder().setCode("clock").setText("see to it"))
            .addNodes(NodeStatus.newBuilder().setNodeId("n2"))
            .build();
    assertThat(StatusCommand.text(status).lines())
        .containsExactly(
            "node-away          start it",
            "clock              see to it",
            "",
            "node n1 answers",
            "node n2 silent",
            "",
            "majority                     yes");
  }

  @Test
  void thatNothingIsWrongIsSaid() {
    assertThat(StatusCommand.text(WELL)).startsWith("nothing is wrong");
  }
}
