package io.rekindle.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProcessTest {
  @Test
  void saysWhatToDoAboutAPortInUse() {
    String last =
        "The node could not start; see its diagnostics. bind(..) failed with error(-98):"
            + " Address already in use";

    assertThat(NodeProcess.explained(last)).contains("in use").contains("--port 0");
  }

  /** With it the JVM warns on the terminal of whoever rotates a key. */
  @Test
  void takesTheModuleOfVectorsWhereSomethingIsSearchedAlone(@TempDir Path folder)
      throws IOException {
    String vectors = "--add-modules=jdk.incubator.vector";
    Path file =
        Files.write(
            folder.resolve("node.args"), List.of("# Why.", "--add-opens=a/b=C", vectors, "-Da=b"));

    assertThat(NodeProcess.jvmOptions(file, "start")).containsExactly("@" + file);
    assertThat(NodeProcess.jvmOptions(file, "kms-status"))
        .containsExactly("--add-opens=a/b=C", "-Da=b");
  }

  @Test
  void leavesEveryOtherSentenceToTheNode() {
    assertThat(NodeProcess.explained("The folder mark is missing."))
        .isEqualTo("The folder mark is missing.");
  }
}
