package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.NodeAudit;
import io.rekindle.v1.VerifyAuditResponse;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rekindle audit list|verify}. */
@Command(
    name = "audit",
    description = "What happened, and whether the record of it is whole.",
    mixinStandardHelpOptions = true)
public final class AuditCommands {
  private static final String NODE =
      "of the node with this id, such as one that a backup is of; else of the one that is asked";
  private static final String VERIFIED_NODE =
      "only of the node with this id, such as one that is gone; else of all nodes of the cluster";

  @Command(description = "List audit records, newest first.", mixinStandardHelpOptions = true)
  int list(
      @Mixin Session session,
      @Option(
              names = {"-n", "--namespace"},
              defaultValue = "")
          String namespace,
      @Option(names = "--api-key-id", defaultValue = "") String apiKeyId,
      @Option(names = "--node", description = NODE, defaultValue = "") String node,
      @Option(names = "--denied", description = "only what was refused") boolean denied,
      @Option(names = "--page-size", defaultValue = "20") int pageSize,
      @Option(names = "--page-token", defaultValue = "") String pageToken) {
    ListAuditRecordsRequest request =
        ListAuditRecordsRequest.newBuilder()
            .setNamespace(namespace)
            .setNodeId(node)
            .setApiKeyId(apiKeyId)
            .setDeniedOnly(denied)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build();
    session.answer(
        session.connected(client -> client.audit().list(request).execute()),
        page -> Texts.page(page.getAuditRecordsList(), Texts::line, page.getNextPageToken()));
    return ExitCodes.OK;
  }

  @Command(
      description = "Recompute the chains of all nodes; fails when one is not whole.",
      mixinStandardHelpOptions = true)
  int verify(
      @Mixin Session session,
      @Option(names = "--node", description = VERIFIED_NODE, defaultValue = "") String node) {
    VerifyAuditResponse verified =
        session.connected(client -> client.audit().verify(node).execute());
    session.answer(verified, AuditCommands::verdicts);
    return exitCode(verified);
  }

  /** A line for each node, the one that was asked first; below it a line for each problem. */
  static String verdicts(VerifyAuditResponse verified) {
    // A node of an earlier release tells of its own chain alone.
    return verified.getNodesCount() == 0
        ? verdict(verified)
        : Texts.lines(verified.getNodesList(), AuditCommands::verdict);
  }

  private static String verdict(NodeAudit node) {
    VerifyAuditResponse chain =
        VerifyAuditResponse.newBuilder()
            .setRecords(node.getRecords())
            .setHeartbeats(node.getHeartbeats())
            .setLists(node.getLists())
            .setBlocks(node.getBlocks())
            .setFirstSequence(node.getFirstSequence())
            .setLastSequence(node.getLastSequence())
            .build();
    StringBuilder text = new StringBuilder("node ").append(node.getNodeId()).append(": ");
    text.append(node.getProblemsCount() == 0 ? "whole: " : "NOT WHOLE: ").append(walked(chain));
    if (!node.getTailSeen()) {
      text.append("; NOT SEEN: its newest records, on its own disk (")
          .append(node.getUnseenReason())
          .append(')');
    }
    node.getProblemsList().forEach(it -> text.append(System.lineSeparator()).append(problem(it)));
    return text.toString();
  }

  private static String problem(String text) {
    return "PROBLEM: " + text;
  }

  /** The chain of the asked node in one line, or a line for each problem. */
  public static String verdict(VerifyAuditResponse verified) {
    return verified.getProblemsCount() == 0
        ? summary(verified)
        : Texts.lines(verified.getProblemsList(), AuditCommands::problem);
  }

  /** A script must not take a damaged chain for a whole one, of whichever node it is. */
  static int exitCode(VerifyAuditResponse verified) {
    boolean whole =
        verified.getProblemsCount() == 0
            && verified.getNodesList().stream().allMatch(node -> node.getProblemsCount() == 0);
    return whole ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  /**
   * One line about a chain that is whole. It counts everything that has a number, so that the
   * counts add up to the numbers.
   */
  public static String summary(VerifyAuditResponse verified) {
    return "whole: " + walked(verified);
  }

  private static String walked(VerifyAuditResponse verified) {
    List<String> counts = new ArrayList<>();
    counts.add(count(verified.getRecords(), "record"));
    counts.add(count(verified.getHeartbeats(), "heartbeat"));
    if (verified.getLists() > 0) {
      counts.add(count(verified.getLists(), "memory list"));
    }
    return "%s and %s (#%d to #%d) in %s"
        .formatted(
            String.join(", ", counts.subList(0, counts.size() - 1)),
            counts.getLast(),
            verified.getFirstSequence(),
            verified.getLastSequence(),
            count(verified.getBlocks(), "block"));
  }

  private static String count(long number, String what) {
    return "%,d %s%s".formatted(number, what, number == 1 ? "" : "s");
  }
}
