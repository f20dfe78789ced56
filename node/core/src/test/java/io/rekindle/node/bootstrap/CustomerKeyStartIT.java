package io.rekindle.node.bootstrap;

import static io.rekindle.node.bootstrap.StartRefusalIT.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.cluster.XaesEncryptionSpi;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.kms.SwitchedKeys;
import io.rekindle.node.kms.SwitchedKeys.Switch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.ignite.Ignition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder starts where the customer's key opens it, and nowhere else. */
class CustomerKeyStartIT {
  private static final String NAMESPACE = "kept";

  @TempDir Path temporary;

  private Path folder;

  @BeforeEach
  void make() throws IOException {
    folder = temporary.resolve("data");
    Map<String, String> properties = new TreeMap<>(TestNode.properties());
    properties.put("rekindle.keys.provider", "switched");
    NodeInit.create(folder, List.of(), properties);
  }

  /**
   * What is written under a key that nothing wraps is lost with the process; so the very first
   * start is no exception.
   */
  @Test
  void anotherKeyIsRefusedAtTheVeryFirstStart() throws Exception {
    SwitchedKeys.set(folder, Switch.CONFUSED);
    assertRefused(
        folder,
        "The cluster key file "
            + folder.resolve("keys/cluster.key")
            + " was not wrapped by this key, or is damaged: a key of a test"
            + " (what was wrapped is unwrapped to another key).");

    SwitchedKeys.set(folder, Switch.ON);
    try (TestNode node = TestNode.start(folder)) {
      assertPagesAreSealedByAWarmCipher(node);
    }
  }

  private static void assertPagesAreSealedByAWarmCipher(TestNode node) throws IOException {
    String name = "rekindle-" + Files.readString(node.folder().resolve("node.id")).strip();
    assertThat(Ignition.ignite(name).configuration().getEncryptionSpi())
        .isInstanceOfSatisfying(
            XaesEncryptionSpi.class,
            spi -> assertThat(spi.warmedPages()).isEqualTo(XaesEncryptionSpi.WARM_PAGES));
  }

  @Test
  void aCopiedFolderStartsUnderItsKeyAlone() throws Exception {
    String memory;
    try (TestNode node = TestNode.start(folder);
        GrpcTestDoor door = new GrpcTestDoor(node)) {
      new GrpcTenants(door.channel(node.adminKey())).external(NAMESPACE, false);
      memory = door.caller(node.adminKey()).store(NAMESPACE, Seed.of("a memory")).memoryId();
    }
    Path copy = copied("elsewhere");
    String file = "The cluster key file " + copy.resolve("keys/cluster.key");
    assertRefused(copy, file + " was not wrapped by this key, or is damaged: a key of a test.");

    Files.copy(keyOf(folder), keyOf(copy), StandardCopyOption.REPLACE_EXISTING);
    SwitchedKeys.set(copy, Switch.REVOKED);
    assertRefused(copy, file + " cannot be unwrapped because the key is revoked: a key of a test.");
    SwitchedKeys.set(copy, Switch.UNREACHABLE);
    assertRefused(
        copy, file + " cannot be unwrapped because the key cannot be reached: a key of a test.");
    SwitchedKeys.set(copy, Switch.CONFUSED);
    assertRefused(
        copy,
        file
            + " was not wrapped by this key, or is damaged: a key of a test"
            + " (what was wrapped is unwrapped to another key).");

    SwitchedKeys.set(copy, Switch.ON);
    try (TestNode node = TestNode.start(copy);
        GrpcTestDoor door = new GrpcTestDoor(node)) {
      assertThat(door.caller(node.adminKey()).get(NAMESPACE, memory).content())
          .isEqualTo("a memory");
    }
  }

  private Path copied(String name) throws IOException {
    Path copy = temporary.resolve(name);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(folder.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    return copy;
  }

  /** Where the provider of tests keeps the key of a folder. */
  private static Path keyOf(Path folder) {
    return folder.resolveSibling(folder.getFileName() + ".switched.key");
  }
}
