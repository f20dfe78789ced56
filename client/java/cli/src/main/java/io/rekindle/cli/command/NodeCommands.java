package io.rekindle.cli.command;

import static java.util.Objects.requireNonNull;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.node.NodeArchive;
import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle node init|restore|start|check-config}. */
@Command(name = "node", description = "A node on this machine.", mixinStandardHelpOptions = true)
public final class NodeCommands {
  /** What every subcommand is told of the node. */
  static final class Settings {
    @Option(
        names = "--data-folder",
        description = "everything it keeps (default: ${DEFAULT-VALUE})",
        defaultValue = NodeFolder.DEFAULT)
    private Path dataFolder = Path.of(NodeFolder.DEFAULT);

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "a configuration key, such as rekindle.door.port=0; several times")
    private Map<String, String> values = new LinkedHashMap<>();

    private NodeFolder folder() {
      return new NodeFolder(dataFolder);
    }

    private List<String> arguments() {
      return Texts.settings(values);
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Command(
      description = "Make keys, certificates and configuration in a new data folder.",
      mixinStandardHelpOptions = true)
  int init(
      @Mixin Settings settings,
      @Option(
              names = "--host",
              description =
                  "a name or address that clients use, for the certificate; several times"
                      + " (localhost is always one)")
          @Nullable List<String> hosts,
      @Option(
              names = "--join",
              paramLabel = "FOLDER",
              description =
                  "make one more node of the cluster that the node in this data folder belongs to")
          @Nullable Path join) {
    List<String> arguments = new ArrayList<>(settings.arguments());
    if (join != null) {
      arguments.addAll(List.of("--join", join.toAbsolutePath().toString()));
    }
    if (hosts != null) {
      hosts.forEach(host -> arguments.addAll(List.of("--host", host)));
    }
    int code = NodeProcess.runInForeground(settings.folder(), "init", arguments);
    if (code == ExitCodes.OK) {
      out().println(made(settings.dataFolder));
      out().flush();
    }
    return code;
  }

  @Command(
      description = "Make a new data folder whose node begins with a backup.",
      mixinStandardHelpOptions = true)
  int restore(
      @Mixin Settings settings,
      @Option(
              names = "--from",
              required = true,
              paramLabel = "FOLDER",
              description = "the backup, with the parts of all nodes that wrote it")
          Path from,
      @Option(
              names = "--local-key",
              paramLabel = "FILE",
              description =
                  "keys/local.key of the cluster that the backup is of; for the provider local"
                      + " alone")
          @Nullable Path localKey,
      @Option(
              names = "--join",
              paramLabel = "FOLDER",
              description =
                  "in place of --local-key, for the second node and later: the data folder of the"
                      + " first, before its first start")
          @Nullable Path join,
      @Option(names = "--host", description = "as for init; several times")
          @Nullable List<String> hosts) {
    List<String> arguments = new ArrayList<>(settings.arguments());
    arguments.addAll(List.of("--from", from.toAbsolutePath().toString()));
    if (localKey != null) {
      arguments.addAll(List.of("--local-key", localKey.toAbsolutePath().toString()));
    }
    if (join != null) {
      arguments.addAll(List.of("--join", join.toAbsolutePath().toString()));
    }
    if (hosts != null) {
      hosts.forEach(host -> arguments.addAll(List.of("--host", host)));
    }
    int code = NodeProcess.runInForeground(settings.folder(), "restore", arguments);
    if (code == ExitCodes.OK) {
      out()
          .printf(
              "Checked the backup, and made %1$s.%nStart it:  ./rekindle node start --data-folder"
                  + " %1$s%nThe API keys are those of the backup.%n",
              settings.dataFolder);
      out().flush();
    }
    return code;
  }

  @Command(
      hidden = true,
      description = "Write down the classes of a node, for faster starts; once, after the build.",
      mixinStandardHelpOptions = true)
  int archive() {
    NodeArchive.make();
    return ExitCodes.OK;
  }

  private PrintWriter out() {
    return requireNonNull(spec).commandLine().getOut();
  }

  static String made(Path folder) {
    return """
    Made %1$s: keys, certificates and node.properties.
    Start it:  ./rekindle node start --data-folder %1$s
    The first API key is in %2$s then.\
    """
        .formatted(folder, folder.resolve("admin.key"));
  }

  @Command(
      description = "Run a node on this terminal until it is stopped.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        "0:stopped cleanly",
        "1:the node refused to start, and said why",
        "2:wrong usage",
        "3:the engine failed; start it again"
      })
  int start(
      @Mixin Settings settings,
      @Option(
              names = "--accept-broken-audit",
              description =
                  "begin with a backup that was refused because an audit in it is broken; it is"
                      + " recorded")
          boolean acceptBrokenAudit) {
    NodeFolder folder = settings.folder();
    if (!folder.isInitialized()) {
      NodeProcess.initialize(folder);
    }
    List<String> arguments = new ArrayList<>(settings.arguments());
    if (acceptBrokenAudit) {
      arguments.add("--accept-broken-audit");
    }
    return NodeProcess.runInForeground(folder, "start", arguments);
  }

  @Command(
      name = "check-config",
      description = "Say whether the configuration of a node can be used.",
      mixinStandardHelpOptions = true)
  int checkConfig(@Mixin Settings settings) {
    return NodeProcess.runInForeground(settings.folder(), "check-config", settings.arguments());
  }
}
