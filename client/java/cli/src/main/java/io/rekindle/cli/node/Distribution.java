package io.rekindle.cli.node;

import io.rekindle.cli.CommandFailedException;
import java.nio.file.Path;

/** Where Rekindle is installed; the launcher says so. */
final class Distribution {
  private Distribution() {}

  static Path home() {
    String home = System.getProperty("rekindle.home");
    if (home == null) {
      throw new CommandFailedException("start this command with ./rekindle: it knows the node");
    }
    return Path.of(home);
  }
}
