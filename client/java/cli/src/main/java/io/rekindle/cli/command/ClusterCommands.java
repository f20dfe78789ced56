package io.rekindle.cli.command;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.cli.cluster.DemoCommand;
import io.rekindle.v1.ChangeBaselineRequest;
import io.rekindle.v1.ChangeBaselineResponse;
import io.rekindle.v1.ClusterHealth;
import io.rekindle.v1.ListNodesResponse;
import io.rekindle.v1.Node;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rekindle cluster show|add|remove|reset-lost|rotate-keys|demo}. */
@Command(
    name = "cluster",
    description = "The nodes of a cluster, and which of them hold data.",
    mixinStandardHelpOptions = true,
    subcommands = DemoCommand.class)
public final class ClusterCommands {
  private static final String DRY_RUN = "only say what would move, and what would be lost";

  @Command(description = "List the nodes and how the data is.", mixinStandardHelpOptions = true)
  int show(@Mixin Session session) {
    session.answer(
        session.connected(client -> client.cluster().listNodes().execute()),
        ClusterCommands::shown);
    return ExitCodes.OK;
  }

  @Command(description = "Let nodes that have joined hold data.", mixinStandardHelpOptions = true)
  int add(
      @Mixin Session session,
      @Option(names = "--dry-run", description = DRY_RUN) boolean dryRun,
      @Parameters(paramLabel = "NODE_ID", arity = "1..*") List<String> nodes) {
    return change(
        session,
        ChangeBaselineRequest.newBuilder().addAllAddNodeIds(nodes).setValidateOnly(dryRun));
  }

  @Command(
      description = "Let nodes hold no data any more: first --dry-run, then stop them, then this.",
      mixinStandardHelpOptions = true)
  int remove(
      @Mixin Session session,
      @Option(names = "--dry-run", description = DRY_RUN) boolean dryRun,
      @Option(names = "--accept-loss", description = "although they have the last copies")
          boolean acceptLoss,
      @Parameters(paramLabel = "NODE_ID", arity = "1..*") List<String> nodes) {
    return change(
        session,
        ChangeBaselineRequest.newBuilder()
            .addAllRemoveNodeIds(nodes)
            .setValidateOnly(dryRun)
            .setAcceptLoss(acceptLoss));
  }

  @Command(
      name = "reset-lost",
      description = "Serve again what had no copy in reach.",
      mixinStandardHelpOptions = true)
  int resetLost(
      @Mixin Session session,
      @Option(names = "--accept-loss", description = "although what only some node has may be gone")
          boolean acceptLoss) {
    session.answer(
        session.connected(client -> client.cluster().resetLostPartitions(acceptLoss).execute()),
        reset -> "%,d partitions are served again".formatted(reset.getPartitionsReset()));
    return ExitCodes.OK;
  }

  @Command(
      name = "rotate-keys",
      description = "Give all caches new keys for their pages, on all nodes, while these go on.",
      mixinStandardHelpOptions = true)
  int rotateKeys(@Mixin Session session) {
    session.answer(
        session.connected(client -> client.cluster().rotateGroupKeys().execute()),
        rotated ->
            "%,d groups of caches have new keys; pages are sealed anew in the background"
                .formatted(rotated.getGroups()));
    return ExitCodes.OK;
  }

  private static int change(Session session, ChangeBaselineRequest.Builder request) {
    session.answer(
        session.connected(client -> client.cluster().changeBaseline(request.build()).execute()),
        changed -> changed(changed, request.getValidateOnly()));
    return ExitCodes.OK;
  }

  private static String changed(ChangeBaselineResponse changed, boolean dryRun) {
    return "%s%n%,d copies of partitions %s, %,d partitions %s"
        .formatted(
            Texts.lines(changed.getNodesList(), ClusterCommands::line),
            changed.getCopiesMoved(),
            dryRun ? "would move" : "move",
            changed.getPartitionsLost(),
            dryRun ? "would be lost" : "are lost");
  }

  private static String shown(ListNodesResponse shown) {
    ClusterHealth health = shown.getHealth();
    return "%s%nbackups %d, copies missing %,d, partitions lost %,d, clock difference %,d ms"
        .formatted(
            Texts.lines(shown.getNodesList(), ClusterCommands::line),
            health.getBackups(),
            health.getCopiesMissing(),
            health.getPartitionsLost(),
            health.getClockDifferenceMillis());
  }

  private static String line(Node node) {
    return "%s  %-9s  %-7s  %s"
        .formatted(
            node.getNodeId(),
            node.getInBaseline() ? "baseline" : "no data",
            node.getOnline() ? "online" : "away",
            String.join(" ", node.getAddressesList()));
  }
}
