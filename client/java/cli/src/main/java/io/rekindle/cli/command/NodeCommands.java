package io.rekindle.cli.command;

import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rekindle node init|start|check-config}. */
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
    private List<String> values = List.of();

    private NodeFolder folder() {
      return new NodeFolder(dataFolder);
    }

    private List<String> arguments() {
      return values.stream().flatMap(value -> Stream.of("--set", value)).toList();
    }
  }

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
          @Nullable List<String> hosts) {
    List<String> arguments = new ArrayList<>(settings.arguments());
    if (hosts != null) {
      hosts.forEach(host -> arguments.addAll(List.of("--host", host)));
    }
    return NodeProcess.runInForeground(settings.folder(), "init", arguments);
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
  int start(@Mixin Settings settings) {
    NodeFolder folder = settings.folder();
    if (!folder.isInitialized()) {
      NodeProcess.initialize(folder);
    }
    return NodeProcess.runInForeground(folder, "start", settings.arguments());
  }

  @Command(
      name = "check-config",
      description = "Say whether the configuration of a node can be used.",
      mixinStandardHelpOptions = true)
  int checkConfig(@Mixin Settings settings) {
    return NodeProcess.runInForeground(settings.folder(), "check-config", settings.arguments());
  }
}
