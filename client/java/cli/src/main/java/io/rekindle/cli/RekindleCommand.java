package io.rekindle.cli;

import io.rekindle.cli.bench.BenchCommand;
import io.rekindle.cli.command.AuditCommands;
import io.rekindle.cli.command.BackupCommands;
import io.rekindle.cli.command.ClusterCommands;
import io.rekindle.cli.command.CompletionCommand;
import io.rekindle.cli.command.KeyCommands;
import io.rekindle.cli.command.MemoryCommands;
import io.rekindle.cli.command.NamespaceCommands;
import io.rekindle.cli.command.NodeCommands;
import io.rekindle.cli.command.SearchCommand;
import io.rekindle.cli.command.StateCommands;
import io.rekindle.cli.command.StatusCommand;
import io.rekindle.cli.command.StoreCommand;
import io.rekindle.cli.kms.KmsCommands;
import io.rekindle.cli.quickstart.QuickstartCommand;
import io.rekindle.client.RekindleClientException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code rekindle}: lists the commands, and turns errors into sentences. */
@Command(
    name = "rekindle",
    description = "The memory that fleets of AI agents run on.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:failure",
      "2:wrong usage",
      "3:the node cannot be reached, or cannot answer now; the reason is UNAVAILABLE, NOT_READY,"
          + " KEY_REVOKED, NO_MAJORITY, PARTITION_LOST or AUDIT_UNAVAILABLE",
      "4:no valid API key, or one that may not do this",
      "5:not found"
    },
    subcommands = {
      QuickstartCommand.class,
      StoreCommand.class,
      SearchCommand.class,
      MemoryCommands.class,
      StateCommands.class,
      NamespaceCommands.class,
      KeyCommands.class,
      AuditCommands.class,
      StatusCommand.class,
      NodeCommands.class,
      ClusterCommands.class,
      BackupCommands.class,
      KmsCommands.class,
      BenchCommand.class,
      CompletionCommand.class
    })
public final class RekindleCommand {
  private RekindleCommand() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new RekindleCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Duration.class, RekindleCommand::duration)
        .setExecutionExceptionHandler((error, command, _) -> fail(error, command.getErr()));
  }

  private static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      CommandLine.TypeConversionException wrong =
          new CommandLine.TypeConversionException(
              "'" + text + "' is not a duration such as PT30S (seconds) or P30D (days)");
      wrong.initCause(e);
      throw wrong;
    }
  }

  private static int fail(Exception error, PrintWriter err) {
    switch (error) {
      case RekindleClientException known -> {
        err.println("error: " + Sentences.of(known));
        err.println("reason: " + known.reason());
        known.requestId().ifPresent(id -> err.println("request: " + id));
      }
      case CommandFailedException known -> err.println("error: " + known.getMessage());
      case IllegalArgumentException known -> err.println("error: " + known.getMessage());
      case UncheckedIOException known -> err.println("error: " + Sentences.of(known));
      default -> error.printStackTrace(err);
    }
    err.flush();
    return ExitCodes.of(error);
  }
}
