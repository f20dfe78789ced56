package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Distribution;
import java.nio.file.Path;
import java.util.List;

/** A copy of a stopped node's folder, which is a backup, and can be put back. */
public record FolderCopy(Path folder, Path copy) {
  public static FolderCopy of(ChaosNode node) {
    Path copy = node.folder().resolveSibling(node.folder().getFileName() + ".copy");
    run("cp", "-a", node.folder().toString(), copy.toString());
    return new FolderCopy(node.folder(), copy);
  }

  /** The folder is as it was; whatever happened in it since is gone. */
  public void putBack() {
    run("rm", "-rf", folder.toString());
    run("cp", "-a", copy.toString(), folder.toString());
  }

  private static void run(String... command) {
    Distribution.Ended ended = Distribution.run(List.of(command));
    if (ended.code() != 0) {
      throw new IllegalStateException(ended.output());
    }
  }
}
