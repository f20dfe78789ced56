package io.rekindle.cli.node;

import io.rekindle.cli.CommandFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a client needs from the data folder of a local node. */
public record NodeFolder(Path path) {
  /** The quickstart's. */
  public static final String DEFAULT = "rekindle-data";

  /** Where the node listens, or listened last. */
  public String target() {
    return "localhost:" + read("node.port", "no node was started in this folder");
  }

  /** The first API key. */
  public String adminKey() {
    return read("admin.key", "no API key: set REKINDLE_API_KEY, or start a node in this folder");
  }

  /** Whether the first API key of a cluster was made in this folder. */
  public boolean hasAdminKey() {
    return Files.exists(path.resolve("admin.key"));
  }

  public Path serverCa() {
    return path.resolve("tls").resolve("server-ca.crt");
  }

  /** Whether keys and configuration have been made. */
  public boolean isInitialized() {
    return Files.exists(path.resolve("node.properties"));
  }

  /** Diagnostics of the node's process. */
  public Path log() {
    return path.resolve("node.log");
  }

  private String read(String file, String otherwise) {
    try {
      return Files.readString(path.resolve(file)).strip();
    } catch (IOException e) {
      throw new CommandFailedException(otherwise + " (" + path.resolve(file) + ")", e);
    }
  }
}
