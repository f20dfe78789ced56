package io.rekindle.cli.quickstart;

import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.node.NodeFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rekindle quickstart}. */
@Command(
    name = "quickstart",
    description = "Start a node, fill it, search it, and see a denial with its audit record.",
    mixinStandardHelpOptions = true)
public final class QuickstartCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--once", description = "stop the node at the end")
  private boolean once;

  @Option(
      names = "--data-folder",
      description = "everything it keeps (default: ${DEFAULT-VALUE})",
      defaultValue = NodeFolder.DEFAULT)
  private Path dataFolder = Path.of(NodeFolder.DEFAULT);

  @Option(
      names = "--port",
      description = "0 takes a free one (default: ${DEFAULT-VALUE})",
      defaultValue = "8443")
  private int port = 8443;

  @Override
  public Integer call() throws InterruptedException {
    if (spec == null) {
      throw new IllegalStateException("a command is run by its command line");
    }
    Steps steps = new Steps(spec.commandLine().getOut());
    try (Tour tour = new Tour(new NodeFolder(dataFolder), port, steps)) {
      tour.run();
      return once ? ExitCodes.OK : tour.serve();
    }
  }
}
