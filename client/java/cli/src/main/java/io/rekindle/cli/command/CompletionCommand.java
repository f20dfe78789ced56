package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rekindle completion}: {@code source <(./rekindle completion)}. */
@Command(
    name = "completion",
    description = "Print the completion script for bash and zsh.",
    mixinStandardHelpOptions = true)
public final class CompletionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("a command is run by its command line");
    }
    spec.commandLine().getOut().print(AutoComplete.bash("rekindle", spec.root().commandLine()));
    spec.commandLine().getOut().flush();
    return ExitCodes.OK;
  }
}
