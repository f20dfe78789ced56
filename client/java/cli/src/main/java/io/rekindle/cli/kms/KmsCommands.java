package io.rekindle.cli.kms;

import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rekindle kms status|rotate|move|demo}. */
@Command(
    name = "kms",
    description = "The customer's key, which wraps the cluster key of a node on this machine.",
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
      description = "Say by which key the cluster key is wrapped, and whether it unwraps it now.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:it unwraps it", "1:it does not"})
  int status(@Mixin Folder folder) {
    return folder.run("kms-status", List.of());
  }

  @Command(
      description = "Wrap the cluster key anew, under the newest version of the customer's key.",
      mixinStandardHelpOptions = true)
  int rotate(@Mixin Folder folder) {
    return folder.run("kms-rotate", List.of());
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
          List<String> values) {
    return folder.run(
        "kms-move", values.stream().flatMap(value -> Stream.of("--set", value)).toList());
  }
}
