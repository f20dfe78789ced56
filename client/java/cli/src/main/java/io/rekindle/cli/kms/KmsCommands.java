package io.rekindle.cli.kms;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.Session;
import io.rekindle.cli.command.Texts;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import io.rekindle.v1.Key;
import io.rekindle.v1.KeyKind;
import io.rekindle.v1.RewrapClusterKeyResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code rekindle kms status|rotate|move|rewrap|replace|demo}: {@code rotate} and {@code move} on
 * the folder of a node, {@code rewrap} and {@code replace} by a request to one, {@code status}
 * either way.
 */
@Command(
    name = "kms",
    description = "The customers' keys, and what they wrap.",
    mixinStandardHelpOptions = true,
    subcommands = KmsDemo.class)
public final class KmsCommands {
  /** Which node. */
  static final class Folder {
    @Option(
        names = "--data-folder",
        description = "of the node, which may run (default: ${DEFAULT-VALUE})",
        defaultValue = NodeFolder.DEFAULT)
    private Path dataFolder = Path.of(NodeFolder.DEFAULT);

    private int run(String subcommand, List<String> arguments) {
      return NodeProcess.runInForeground(new NodeFolder(dataFolder), subcommand, arguments);
    }
  }

  @Command(
      description = {
        "Say which keys there are, what opens them, how old they are and whether they may be used,"
            + " by a request to a node.",
        "With --data-folder no node is asked: by which key the cluster key in that folder is"
            + " wrapped, and whether it unwraps it now."
      },
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it was said; of a folder: it unwraps it", "1:of a folder: it does not"})
  int status(@Mixin Session session) {
    Path folder = session.folderAlone();
    if (folder != null) {
      return NodeProcess.runInForeground(new NodeFolder(folder), "kms-status", List.of());
    }
    session.answer(
        session.connected(client -> client.keys().list().execute()),
        listed -> Texts.lines(listed.getKeysList(), KmsCommands::line));
    return ExitCodes.OK;
  }

  @Command(
      description = "Wrap the cluster key anew, under the newest version of the customer's key.",
      mixinStandardHelpOptions = true)
  int rotate(@Mixin Folder folder) {
    return folder.run("kms-rotate", List.of());
  }

  private static String line(Key key) {
    StringBuilder line = new StringBuilder(name(key.getKind()));
    line.append(
            switch (key.getCount()) {
              case 0 -> "s";
              case 1 -> "";
              default -> "s: %,d".formatted(key.getCount());
            })
        .append(key.getName().isEmpty() ? "" : " " + key.getName())
        .append("  opens ")
        .append(key.getOpens())
        .append("; wrapped by ")
        .append(key.getWrappedBy());
    if (key.hasMadeAt()) {
      line.append(key.getCount() == 1 ? "; made " : "; the oldest made ")
          .append(Texts.time(key.getMadeAt()));
    }
    if (key.hasWrappedAt()) {
      line.append("; wrapped ").append(Texts.time(key.getWrappedAt()));
    }
    if (key.hasDueAt()) {
      line.append("; to be rotated by ").append(Texts.time(key.getDueAt()));
    }
    return switch (key.getState()) {
      case KEY_STATE_UNPROVED -> line + "; NOT PROVED when that was asked for last";
      case KEY_STATE_LOCKED -> line + "; LOCKED";
      default -> line.toString();
    };
  }

  private static String name(KeyKind kind) {
    return switch (kind) {
      case KEY_KIND_CLUSTER -> "cluster key";
      case KEY_KIND_GROUP -> "group key";
      case KEY_KIND_TENANT -> "tenant key";
      case KEY_KIND_NAMESPACE -> "namespace key";
      case KEY_KIND_SUBJECT -> "subject key";
      case KEY_KIND_FILE -> "file key";
      case KEY_KIND_UNSPECIFIED, UNRECOGNIZED -> "key";
    };
  }

  @Command(
      description = {
        "Have the cluster key wrapped anew on all nodes, under the newest version of its customer's"
            + " key; with NAMESPACE, the own key of that root namespace instead."
      },
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it is wrapped anew everywhere", "1:not on every node"})
  int rewrap(
      @Mixin Session session,
      @Option(
              names = "--customer-key",
              defaultValue = "",
              description = "by another one: NAME of rekindle.keys.tenants.NAME")
          String customerKey,
      @Parameters(paramLabel = "NAMESPACE", arity = "0..1", defaultValue = "") String root) {
    if (root.isEmpty() && customerKey.isEmpty()) {
      return rewrapCluster(session);
    }
    session.answer(
        session.connected(client -> client.keys().rewrapTenant(root, customerKey).execute()),
        done ->
            "the tenant key of %s is wrapped anew by the customer's key %s"
                .formatted(done.getNamespace(), done.getCustomerKey()));
    return ExitCodes.OK;
  }

  @Command(
      description = {
        "Give the cluster a new cluster key, in the place of one that somebody may have seen, and"
            + " new keys of pages; all nodes that hold data have to be there."
      },
      mixinStandardHelpOptions = true)
  int replace(@Mixin Session session) {
    session.answer(
        session.connected(client -> client.keys().replaceCluster().execute()),
        done ->
            "the cluster key is %s now: it wraps %,d namespace and subject keys, and %,d groups have new keys of pages"
                .formatted(done.getGeneration(), done.getKeysRewrapped(), done.getGroupsRotated()));
    return ExitCodes.OK;
  }

  private static int rewrapCluster(Session session) {
    RewrapClusterKeyResponse done =
        session.connected(client -> client.keys().rewrapCluster().execute());
    session.answer(
        done,
        answer ->
            Texts.lines(
                List.copyOf(new TreeMap<>(answer.getProblemsMap()).entrySet()),
                node ->
                    node.getKey()
                        + (node.getValue().isEmpty()
                            ? "  wrapped anew"
                            : "  NOT wrapped anew: " + node.getValue())));
    return done.getProblemsMap().values().stream().allMatch(String::isEmpty)
        ? ExitCodes.OK
        : ExitCodes.FAILURE;
  }

  @Command(
      description = "Have another key, or another provider, wrap the cluster key.",
      mixinStandardHelpOptions = true)
  int move(
      @Mixin Folder folder,
      @Option(
              names = "--set",
              required = true,
              paramLabel = "KEY=VALUE",
              description =
                  "what changes, such as rekindle.keys.vault.key=NAME; several times. It is written"
                      + " to node.properties")
          Map<String, String> values) {
    return folder.run("kms-move", Texts.settings(values));
  }
}
