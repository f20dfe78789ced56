package io.rekindle.cli.command;

import io.rekindle.cli.node.NodeFolder;
import io.rekindle.cli.node.NodeProcess;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rekindle node init|start|check-config}. */
@Command(name = "node", description = "A node on this machine.", mixinStandardHelpOptions = true)
public final class NodeCommands {
  @Command(
      description = "Make keys, certificates and configuration in a new data folder.",
      mixinStandardHelpOptions = true)
  int init(@Option(names = "--data-folder", defaultValue = NodeFolder.DEFAULT) Path dataFolder) {
    return NodeProcess.runInForeground(new NodeFolder(dataFolder), "init");
  }

  @Command(
      description = "Run a node on this terminal until it is stopped.",
      mixinStandardHelpOptions = true)
  int start(@Option(names = "--data-folder", defaultValue = NodeFolder.DEFAULT) Path dataFolder) {
    NodeFolder folder = new NodeFolder(dataFolder);
    if (!folder.isInitialized()) {
      NodeProcess.initialize(folder);
    }
    return NodeProcess.runInForeground(folder, "start");
  }

  @Command(
      name = "check-config",
      description = "Say whether the configuration of a node can be used.",
      mixinStandardHelpOptions = true)
  int checkConfig(
      @Option(names = "--data-folder", defaultValue = NodeFolder.DEFAULT) Path dataFolder) {
    return NodeProcess.runInForeground(new NodeFolder(dataFolder), "check-config");
  }
}
