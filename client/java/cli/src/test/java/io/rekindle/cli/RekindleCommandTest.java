package io.rekindle.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RekindleCommandTest {
  /** Reading the annotations of all commands takes a while, so once. */
  private static final CommandLine COMMAND = RekindleCommand.commandLine();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quickstart",
        "store",
        "search",
        "memory get",
        "memory list",
        "memory update",
        "memory delete",
        "memory import",
        "memory export",
        "state get",
        "state set",
        "state delete",
        "state list",
        "namespace create",
        "namespace get",
        "namespace list",
        "namespace delete",
        "key create",
        "key list",
        "key revoke",
        "key grant",
        "key ungrant",
        "audit list",
        "audit verify",
        "status",
        "node init",
        "node start",
        "node check-config",
        "kms status",
        "kms rotate",
        "kms move",
        "kms rewrap",
        "kms demo",
        "bench store",
        "bench search",
        "bench start",
        "bench restart",
        "bench pipeline",
        "bench mixed",
        "bench report",
        "completion"
      })
  void explainsEveryCommand(String command) {
    assertThat(run((command + " --help").split(" "))).isEqualTo(ExitCodes.OK);
    assertThat(out.toString()).contains("Usage: rekindle " + command);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store text",
        "search text",
        "memory get id",
        "state get key",
        "namespace list",
        "key list",
        "audit verify",
        "status",
        "kms status"
      })
  void takesJsonAsAFormOfEveryAnswer(String command) {
    CommandLine.ParseResult parsed = COMMAND.parseArgs((command + " -o json").split(" "));

    assertThat(parsed.errors()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store",
        "nonsense",
        "search x --top-k many",
        "key create name",
        "kms list",
        "kms status --data-folder D -o json",
        "kms status --data-folder D --target localhost:1",
        "kms move --set foo",
        "node init --data-folder D --set foo"
      })
  void answersWrongUsageWithTwo(String command) {
    assertThat(run(command.split(" "))).isEqualTo(ExitCodes.USAGE);
  }

  /** And not how the node itself is called, which nobody calls. */
  @Test
  void namesTheSettingThatHasNoValue() {
    run("kms", "move", "--set", "foo");
    assertThat(err.toString())
        .contains("KEY=VALUE format but was foo", "Usage: rekindle kms move")
        .doesNotContain("rekindle-node", "kms-move");
  }

  @Test
  void saysInHelpWhenACommandEndsWithThree() {
    run("--help");
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("3 the node cannot be reached, or cannot answer now; the reason is UNAVAILABLE,")
        .contains("NOT_READY, KEY_REVOKED, NO_MAJORITY, PARTITION_LOST or AUDIT_UNAVAILABLE 4 ");
  }

  @Test
  void saysInOneSentenceThatThereIsNoNode(@TempDir Path folder) {
    int code = run("status", "--data-folder", folder.toString());

    assertThat(code).isEqualTo(ExitCodes.FAILURE);
    assertThat(err.toString()).startsWith("error: no ").hasLineCount(1);
  }

  @Test
  void asksANodeForTheStatusOfKeysWhereNoFolderIsGiven(@TempDir Path folder) throws IOException {
    Path key = Files.writeString(folder.resolve("some.key"), "rk_live_none");
    int code =
        run(
            "kms",
            "status",
            "--target",
            "localhost:" + freePort(),
            "--api-key-file",
            key.toString());

    assertThat(code).isEqualTo(ExitCodes.UNAVAILABLE);
    assertThat(err.toString()).startsWith("error: no node answers (");
  }

  @Test
  void showsHowADurationIsWritten() {
    assertThat(run("status", "--timeout", "30")).isEqualTo(ExitCodes.USAGE);
    assertThat(err.toString()).contains("'30' is not a duration such as PT30S");
  }

  @Test
  void saysWhereItFoundNoNodeAndWhatToDo(@TempDir Path folder) throws IOException {
    nodeOnceAt(freePort(), folder);

    int code = run("status", "--data-folder", folder.toString());

    assertThat(code).isEqualTo(ExitCodes.UNAVAILABLE);
    assertThat(err.toString())
        .startsWith("error: no node answers (")
        .contains("Connection refused")
        .contains("--target");
  }

  @Test
  void namesTheFileThatIsNotThere(@TempDir Path folder) throws IOException {
    nodeOnceAt(freePort(), folder);
    String missing = folder.resolve("missing.jsonl").toString();

    int code = run("memory", "import", "-n", "a/b", "--data-folder", folder.toString(), missing);

    assertThat(code).isEqualTo(ExitCodes.FAILURE);
    assertThat(err.toString()).isEqualToIgnoringNewLines("error: " + missing + " does not exist");
  }

  @Test
  void namesTheKeyFileThatIsNotThere(@TempDir Path folder) throws IOException {
    nodeOnceAt(freePort(), folder);
    String missing = folder.resolve("missing.key").toString();

    run("status", "--data-folder", folder.toString(), "--api-key-file", missing);

    assertThat(err.toString()).contains(missing + " does not exist");
  }

  @Test
  void neverWritesAnExportOverAFile(@TempDir Path folder) throws IOException {
    nodeOnceAt(freePort(), folder);
    Path there = Files.writeString(folder.resolve("there.jsonl"), "mine");

    run("memory", "export", "--data-folder", folder.toString(), there.toString());

    assertThat(err.toString()).startsWith("error: " + there + " exists already").hasLineCount(1);
    assertThat(there).hasContent("mine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"init", "start", "check-config"})
  void takesConfigurationKeysForANode(String subcommand) {
    CommandLine.ParseResult parsed =
        COMMAND.parseArgs("node", subcommand, "--set", "rekindle.door.port=0", "--set", "a=b=c");

    assertThat(parsed.errors()).isEmpty();
  }

  @Test
  void completesInTheShell() {
    run("completion");

    assertThat(out.toString()).contains("complete -F").contains("quickstart");
  }

  @Test
  void neverTakesAnApiKeyAsAnOption() {
    CommandLine store = requireNonNull(COMMAND.getSubcommands().get("store"));

    assertThat(store.getCommandSpec().optionsMap().keySet())
        .containsAll(List.of("--target", "--ca", "--api-key-file"))
        .doesNotContain("--api-key");
  }

  /** A folder as a node leaves it that has stopped. */
  private static void nodeOnceAt(int port, Path folder) throws IOException {
    Files.writeString(folder.resolve("node.port"), Integer.toString(port));
    Files.writeString(folder.resolve("admin.key"), "rk_live_none");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private int run(String... args) {
    return COMMAND
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
