package io.rekindle.node.bootstrap;

import io.rekindle.node.config.NodeConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** A whole node inside the test's JVM, on a temporary folder: the shared one, or one's own. */
public final class TestNode implements AutoCloseable {
  private final Path folder;
  private final NodeShell shell;

  private TestNode(Path folder, NodeShell shell) {
    this.folder = folder;
    this.shell = shell;
  }

  private static final class Shared {
    static final TestNode NODE = start(init(temporaryFolder(), keys()));

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(NODE::closeAndDelete));
    }
  }

  /**
   * One for all the tests of the module. Its root namespaces have keys of their own, under a
   * customer's key: who has none can do no less. With {@code -Dtest.keys=cluster} the customer's
   * key is that of the cluster alone, with {@code local} there is none.
   */
  public static TestNode shared() {
    return Shared.NODE;
  }

  private static Map<String, String> keys() {
    Map<String, String> tenants =
        Map.of(
            "rekindle.keys.provider", "switched",
            "rekindle.keys.tenants.every.provider", "switched",
            "rekindle.keys.tenants.every.local-key-file", "every",
            "rekindle.keys.tenant-default", "every");
    return switch (System.getProperty("test.keys", "tenant")) {
      case "tenant" -> tenants;
      case "cluster" -> Map.of("rekindle.keys.provider", "switched");
      case "local" -> Map.of();
      default -> throw new IllegalArgumentException("test.keys");
    };
  }

  /** Makes a data folder that a node can start on. */
  public static Path init(Path folder) {
    return init(folder, Map.of());
  }

  private static Path init(Path folder, Map<String, String> besides) {
    try {
      Map<String, String> all = new TreeMap<>(properties());
      all.putAll(besides);
      NodeInit.create(folder, List.of(), all);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What every test's node has in its configuration. */
  static Map<String, String> properties() {
    return Map.of(
        "rekindle.door.port", "0",
        "rekindle.embedding.native-folder", Path.of("target/natives").toAbsolutePath().toString(),
        "rekindle.maintenance.expiry-interval", "PT0.2S",
        "rekindle.maintenance.sweep-interval", "PT1S",
        "rekindle.maintenance.access-flush-interval", "PT0.1S",
        "rekindle.requests.in-flight-per-key-max", "16");
  }

  /** Starts a node, making its folder if there is none. */
  public static TestNode start(Path folder) {
    if (!Files.exists(folder.resolve(NodeConfigLoader.FILE))) {
      init(folder);
    }
    return start(folder, InstantSource.system(), () -> folder.toFile().getUsableSpace());
  }

  /** Starts a node on a folder that there is, with another clock and another disk. */
  static TestNode start(Path folder, InstantSource clock, LongSupplier usableBytes) {
    try {
      NodeShell shell =
          NodeShell.open(
              () -> NodeConfigLoader.load(folder, Map.of()),
              (kind, cause) -> {
                throw new IllegalStateException("the engine failed: " + kind, cause);
              },
              clock,
              usableBytes);
      try {
        shell.startEngine();
      } catch (RuntimeException e) {
        shell.close();
        throw e;
      }
      return new TestNode(folder, shell);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public NodeShell shell() {
    return shell;
  }

  public Path folder() {
    return folder;
  }

  public int port() {
    return shell.port();
  }

  public String adminKey() {
    try {
      return Files.readString(folder.resolve(FirstAdminKey.FILE)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    shell.close();
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("rekindle-test").resolve("data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeAndDelete() {
    close();
    try {
      Files.walkFileTree(
          folder.getParent(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
