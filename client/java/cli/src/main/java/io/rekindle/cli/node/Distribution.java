package io.rekindle.cli.node;

import io.rekindle.cli.CommandFailedException;
import java.nio.file.Path;

/** Where Rekindle is installed; the launcher says so. */
public final class Distribution {
  private Distribution() {}

  /** The folder with {@code lib} and {@code node.args}. */
  public static Path home() {
    String home = System.getProperty("rekindle.home");
    if (home == null) {
      throw new CommandFailedException("start this command with ./rekindle: it knows the node");
    }
    return Path.of(home);
  }
}
