package io.rekindle.cli.bench;

import io.rekindle.cli.bench.data.DataSet;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** On which folder a node is measured, and how it is set. */
final class NodeOptions {
  @Option(
      names = "--data-folder",
      description =
          "a folder that is prepared once and found again; without it, a new one that is removed")
  private @Nullable Path dataFolder;

  @Option(
      names = "--bench-folder",
      defaultValue = "rekindle-bench",
      description = "where folders are that are removed (default: ${DEFAULT-VALUE})")
  private Path benchFolder = Path.of("rekindle-bench");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "a configuration key of the node; several times")
  private List<String> settings = List.of();

  /** A node with room for a data set, where {@code --set} says nothing else. */
  BenchNode start(DataSet data, List<String> wanted) {
    return start(NodeSizing.of(data).settings(wanted));
  }

  /** A node with these settings, and those of {@code --set} over them. */
  BenchNode start(List<String> wanted) {
    List<String> all = NodeSizing.merged(wanted, settings);
    System.err.println("node settings: " + String.join(" ", all));
    return dataFolder == null
        ? BenchNode.temporary(benchFolder, all)
        : BenchNode.on(dataFolder, all);
  }

  List<String> settings() {
    return settings;
  }
}
