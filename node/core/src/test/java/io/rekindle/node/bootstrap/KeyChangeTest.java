package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.bootstrap.KeyChange.Step;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.KeyHandover;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.SwitchedKeys;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By development keys, which are another with each file. */
class KeyChangeTest {
  private static final Map<String, String> OTHER =
      Map.of("rekindle.keys.local-key-file", "keys/other.key");

  @TempDir Path temporary;
  private Path folder;
  private ClusterKey key;

  private static final class CutException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void make() throws IOException {
    folder = temporary.resolve("data");
    NodeInit.create(folder, List.of(), Map.of("rekindle.door.port", "0"));
    key = opened();
  }

  private NodeConfig config() throws IOException {
    return NodeConfigLoader.load(folder, Map.of());
  }

  /** As a start does. */
  private ClusterKey opened() throws IOException {
    try (KeyManagementService kms = KeyProviders.of(config())) {
      return ClusterKeyFile.open(file(), kms);
    }
  }

  private Path file() {
    return folder.resolve("keys/cluster.key");
  }

  private Map<String, String> status() throws IOException {
    return KeyChange.status(config());
  }

  @Test
  void aRotationWrapsTheSameKeyAnew() throws IOException {
    byte[] before = Files.readAllBytes(file());
    assertThat(KeyChange.rotate(folder, this::config)).contains("is wrapped anew: local key file");
    assertThat(Files.readAllBytes(file())).isNotEqualTo(before).hasSameSizeAs(before);
    assertThat(opened().isSame(key)).isTrue();
    assertThat(status()).containsEntry("answer", "OK").containsEntry("wrappings", "1");
  }

  /** While all nodes hold a newer generation, the customer's key can be rotated and moved. */
  @Test
  void aNewerGenerationIsKeptThroughARotationAndAMove() throws IOException {
    try (ClusterKey next = KeyHandover.next(key)) {
      KeyChange.hold(folder, this::config, key, next);
      assertThat(status())
          .containsEntry("generation", key.generation())
          .containsEntry("generations", "2");
      KeyChange.rotate(folder, this::config);
      KeyChange.move(folder, OTHER);
      assertThat(opened().isSame(next)).isTrue();
      KeyChange.use(folder, this::config, next, next.generations().getLast());
      assertThat(status()).containsEntry("generation", next.generations().getLast());
    }
  }

  @Test
  void aGenerationOfAnotherClusterIsNotHeld() throws IOException {
    Path foreign = temporary.resolve("foreign");
    NodeInit.create(foreign, List.of(), Map.of("rekindle.door.port", "0"));
    FolderMark.create(folder.resolve(FolderMark.FILE), key);
    byte[] before = Files.readAllBytes(file());
    try (KeyManagementService kms = KeyProviders.of(NodeConfigLoader.load(foreign, Map.of()));
        ClusterKey other = ClusterKeyFile.open(foreign.resolve("keys/cluster.key"), kms);
        ClusterKey next = KeyHandover.next(other)) {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> KeyChange.hold(folder, this::config, other, next));
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  /** All of the folder is there, and the customer's key is another's. */
  @Test
  void aFolderThatWasCopiedDoesNotOpenElsewhere() throws IOException {
    folder = temporary.resolve("customer");
    NodeInit.create(folder, List.of(), Map.of("rekindle.keys.provider", "switched"));
    opened().close();
    Path copy = temporary.resolve("copy");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(folder.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    folder = copy;
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(this::opened)
        .withMessageContaining("was not wrapped by this key");
  }

  @Test
  void aMoveHasAnotherKeyWrapTheSameClusterKey() throws IOException {
    assertThat(KeyChange.move(folder, OTHER)).contains("other.key").contains("and no more by");
    assertThat(opened().isSame(key)).isTrue();
    assertThat(status()).containsEntry("wrappings", "1");
    assertThat(status().get("key")).contains("other.key");
    assertThat(Files.readString(folder.resolve(NodeConfigLoader.FILE)))
        .contains("rekindle.door.port=0", "rekindle.keys.local-key-file=keys/other.key")
        .startsWith("# See docs/configuration.md");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyChange.move(folder, Map.of("rekindle.keys.provider", "vault")))
        .withMessageContaining("rekindle.keys.provider names an unknown provider");
    assertThat(opened().isSame(key)).isTrue();
  }

  /** Which may be the second half of a move that was cut short, and so is not refused. */
  @Test
  void aMoveToTheSameKeySaysSo() throws IOException {
    KeyChange.move(folder, OTHER);
    assertThat(KeyChange.move(folder, OTHER))
        .contains("by the same key as before, and by no other: local key file", "other.key")
        .contains("name no other key")
        .doesNotContain("no more by");
    assertThat(opened().isSame(key)).isTrue();
  }

  /** An older copy of the key file that its provider still unwraps. */
  @Test
  void aKeyFileThatIsOlderThanTheDataIsNotWell() throws IOException {
    Path mark = folder.resolve(FolderMark.FILE);
    FolderMark.create(mark, key);
    byte[] former = Files.readAllBytes(file());
    try (ClusterKey next = KeyHandover.next(key)) {
      KeyChange.hold(folder, this::config, key, next);
      assertThat(status()).as("not used yet").containsEntry("answer", "OK");
      KeyChange.use(folder, this::config, next, next.generations().getLast());
    }
    assertThat(status()).as("between the file and the mark").containsEntry("answer", "OK");
    try (ClusterKey now = opened()) {
      FolderMark.bringUpToDate(mark, now);
    }
    assertThat(status()).containsEntry("answer", "OK");
    Files.write(file(), former);
    assertThat(status())
        .containsEntry("answer", "ANOTHER_FILE")
        .containsEntry("generation", key.generation())
        .hasEntrySatisfying(
            "reason", why -> assertThat(why).contains("was written under another cluster key"));
  }

  /** Cut short after each of its steps, the folder starts, and the move is done again. */
  @ParameterizedTest
  @EnumSource(Step.class)
  void aMoveThatIsCutShortLeavesAFolderThatStarts(Step last) throws IOException {
    assertThatExceptionOfType(CutException.class)
        .isThrownBy(
            () ->
                KeyChange.move(
                    folder,
                    OTHER,
                    step -> {
                      if (step == last) {
                        throw new CutException();
                      }
                    }));
    assertThat(opened().isSame(key)).isTrue();
    assertThat(status())
        .containsEntry("answer", "OK")
        .containsEntry("wrappings", last == Step.DONE ? "1" : "2");
    KeyChange.move(folder, OTHER);
    assertThat(opened().isSame(key)).isTrue();
    assertThat(status()).containsEntry("wrappings", "1");
    assertThat(status().get("key")).contains("other.key");
  }

  @Test
  void aRotationEndsAMoveThatWasCutShort() throws IOException {
    assertThatExceptionOfType(CutException.class)
        .isThrownBy(
            () ->
                KeyChange.move(
                    folder,
                    OTHER,
                    _ -> {
                      throw new CutException();
                    }));
    KeyChange.rotate(folder, this::config);
    assertThat(status()).containsEntry("wrappings", "1");
    assertThat(status().get("key")).contains("local.key");
    assertThat(opened().isSame(key)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rekindle.door.port", "rekindle.keys.cluster-key-file"})
  void aMoveChangesNothingButTheCustomersKey(String setting) throws IOException {
    byte[] before = Files.readAllBytes(file());
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyChange.move(folder, Map.of(setting, "1")))
        .withMessageContaining(setting + " is none of the customer's key")
        .withMessageEndingWith("begin with rekindle.keys.");
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  @Test
  void aProviderThatIsLeftLeavesNoSettings() {
    Map<String, String> written =
        Map.of(
            "rekindle.door.port", "1",
            "rekindle.keys.provider", "vault",
            "rekindle.keys.lease", "PT30S",
            "rekindle.keys.vault.key", "one");
    assertThat(KeySettings.moved(written, Map.of("rekindle.keys.provider", "local")))
        .isEqualTo(
            Map.of(
                "rekindle.door.port", "1",
                "rekindle.keys.provider", "local",
                "rekindle.keys.lease", "PT30S"));
    assertThat(KeySettings.moved(written, Map.of("rekindle.keys.vault.key", "two")))
        .containsEntry("rekindle.keys.vault.key", "two")
        .containsEntry("rekindle.keys.provider", "vault")
        .hasSameSizeAs(written);
  }

  @Test
  void theWrongKeyIsSaidAndNothingIsChanged() throws IOException {
    KeyChange.move(folder, OTHER);
    byte[] before = Files.readAllBytes(file());
    NodeConfig wrong =
        NodeConfigLoader.load(folder, Map.of("rekindle.keys.local-key-file", "keys/local.key"));
    assertThat(KeyChange.status(wrong)).containsEntry("answer", "ANOTHER_KEY");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyChange.rotate(folder, () -> wrong))
        .withMessageContaining("was not wrapped by this key, or is damaged");
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  /** As a provider that mixes up its customers; also before the first start, as here. */
  @Test
  void anotherKeyThanThatOfTheDataIsNotWrapped() throws IOException {
    Path switched = temporary.resolve("switched");
    NodeInit.create(switched, List.of(), Map.of("rekindle.keys.provider", "switched"));
    NodeConfig config = NodeConfigLoader.load(switched, Map.of());
    Path wrapped = switched.resolve("keys/cluster.key");
    byte[] before = Files.readAllBytes(wrapped);
    SwitchedKeys.set(switched, SwitchedKeys.Switch.CONFUSED);
    for (ThrowingCallable change :
        List.<ThrowingCallable>of(
            () -> KeyChange.move(switched, Map.of("rekindle.keys.provider", "local")),
            () -> KeyChange.rotate(switched, () -> config))) {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(change)
          .withMessageContaining("(what was wrapped is unwrapped to another key)");
    }
    assertThat(Files.readAllBytes(wrapped)).isEqualTo(before);
    SwitchedKeys.set(switched, SwitchedKeys.Switch.ON);
    KeyChange.move(switched, Map.of("rekindle.keys.provider", "local"));
    assertThat(KeyChange.status(NodeConfigLoader.load(switched, Map.of())))
        .containsEntry("answer", "OK")
        .containsEntry("provider", "local");
  }

  /** A cluster key that is right, but of another folder: that of the data would be gone. */
  @Test
  void theKeyOfAnotherFolderIsNotWrapped() throws IOException {
    Path other = temporary.resolve("other");
    NodeInit.create(other, List.of(), Map.of());
    NodeConfig config = NodeConfigLoader.load(other, Map.of());
    try (KeyManagementService kms = KeyProviders.of(config);
        ClusterKey theirs = ClusterKeyFile.open(other.resolve("keys/cluster.key"), kms)) {
      FolderMark.create(folder.resolve(FolderMark.FILE), theirs);
    }
    byte[] before = Files.readAllBytes(file());
    for (ThrowingCallable change :
        List.<ThrowingCallable>of(
            () -> KeyChange.move(folder, OTHER),
            () -> KeyChange.rotate(folder, () -> NodeConfigLoader.load(folder, Map.of())))) {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(change)
          .withMessageContaining("was written under another cluster key");
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rekindle.keys.lease=\\\n  PT30S",
        "rekindle.cluster.host \\",
      })
  void aFileThatIsWrittenOtherwiseIsNotRewritten(String line) throws IOException {
    Path file = folder.resolve(NodeConfigLoader.FILE);
    Files.writeString(file, line, StandardOpenOption.APPEND);
    String before = Files.readString(file);
    byte[] wrapped = Files.readAllBytes(file());
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyChange.move(folder, OTHER));
    assertThat(Files.readString(file)).isEqualTo(before);
    assertThat(Files.readAllBytes(file())).isEqualTo(wrapped);
  }

  @Test
  void valuesAreWrittenSoThatTheyAreReadTheSame() throws IOException {
    Map<String, String> odd =
        Map.of(
            "rekindle.keys.vault.role", " a\\b\nc=d:é ",
            "rekindle.door.port", "0");
    String text = new String(KeySettings.rendered(folder, odd), StandardCharsets.UTF_8);
    Files.writeString(folder.resolve(NodeConfigLoader.FILE), text);
    assertThat(NodeConfigLoader.written(folder)).isEqualTo(odd);
  }

  @Test
  void aLeaseThatNoStartTakesIsRefused() {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyChange.move(folder, Map.of("rekindle.keys.lease", "PT1S")))
        .withMessageContaining("rekindle.keys.lease may be 5 seconds");
  }

  @Test
  void twoChangesDoNotMeet() throws IOException {
    try (FileChannel other =
            FileChannel.open(
                folder.resolve("keys/change.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var _ = other.lock()) {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> KeyChange.rotate(folder, this::config))
          .withMessageContaining("is being changed by another process");
    }
    KeyChange.rotate(folder, this::config);
  }

  @Test
  void aFolderThatIsNoneIsRefused() {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> KeyChange.move(temporary, OTHER))
        .withMessageContaining("is not one of a node");
  }
}
