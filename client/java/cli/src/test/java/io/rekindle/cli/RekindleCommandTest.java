package io.rekindle.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
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
        "bench store",
        "bench search",
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
        "status"
      })
  void takesJsonAsAFormOfEveryAnswer(String command) {
    CommandLine.ParseResult parsed = COMMAND.parseArgs((command + " -o json").split(" "));

    assertThat(parsed.errors()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"store", "nonsense", "search x --top-k many", "key create name"})
  void answersWrongUsageWithTwo(String command) {
    assertThat(run(command.split(" "))).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void saysInOneSentenceThatThereIsNoNode(@TempDir Path folder) {
    int code = run("status", "--data-folder", folder.toString());

    assertThat(code).isEqualTo(ExitCodes.FAILURE);
    assertThat(err.toString()).startsWith("error: no ").hasLineCount(1);
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

  private int run(String... args) {
    return COMMAND
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
