package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.GetStatusResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rekindle status}. */
@Command(
    name = "status",
    description =
        "What is wrong and what to do about it, in the whole cluster; and how this node is.",
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  @Mixin private Session session = new Session();

  @Override
  public Integer call() {
    session.answer(
        session.connected(client -> client.cluster().status().execute()), StatusCommand::text);
    return ExitCodes.OK;
  }

  /** What is wrong comes first: whoever is on call may read no further. */
  static String text(GetStatusResponse status) {
    return String.join(
        System.lineSeparator(),
        status.getProblemsCount() == 0
            ? "nothing is wrong"
            : Texts.lines(
                status.getProblemsList(),
                problem -> "%-18s %s".formatted(problem.getCode(), problem.getText())),
        "",
        Texts.lines(
            status.getNodesList(),
            node ->
                "node %s %s"
                    .formatted(node.getNodeId(), node.getAnswered() ? "answers" : "silent")),
        "",
        Texts.lines(
            status.getFactsList(), fact -> "%-28s %s".formatted(fact.getName(), fact.getValue())));
  }
}
