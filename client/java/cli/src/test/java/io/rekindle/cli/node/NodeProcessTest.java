package io.rekindle.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeProcessTest {
  @Test
  void saysWhatToDoAboutAPortInUse() {
    String last =
        "The node could not start; see its diagnostics. bind(..) failed with error(-98):"
            + " Address already in use";

    assertThat(NodeProcess.explained(last)).contains("in use").contains("--port 0");
  }

  @Test
  void leavesEveryOtherSentenceToTheNode() {
    assertThat(NodeProcess.explained("The folder mark is missing."))
        .isEqualTo("The folder mark is missing.");
  }
}
