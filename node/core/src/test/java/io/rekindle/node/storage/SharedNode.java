package io.rekindle.node.storage;

import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** One engine for all integration tests of the module; each test takes namespaces of its own. */
public final class SharedNode {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final StorageNode NODE = start();

  private SharedNode() {}

  public static StorageNode node() {
    return NODE;
  }

  public static Namespace freshNamespace(NamespaceSettings settings) {
    return NODE.namespace("t" + NAMES.incrementAndGet() + "/a", settings);
  }

  private static StorageNode start() {
    try {
      Path folder = Files.createTempDirectory("rekindle-storage-it");
      StorageNode node = new StorageNode(folder);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    node.close();
                    TestFolders.delete(folder);
                  }));
      return node;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
