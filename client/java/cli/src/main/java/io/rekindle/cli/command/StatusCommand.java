package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rekindle status}. */
@Command(
    name = "status",
    description = "What the person on call wants to know.",
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  @Mixin private Session session = new Session();

  @Override
  public Integer call() {
    session.answer(
        session.connected(client -> client.cluster().status().execute()),
        status ->
            Texts.lines(
                status.getFactsList(),
                fact -> "%-28s %s".formatted(fact.getName(), fact.getValue())));
    return ExitCodes.OK;
  }
}
