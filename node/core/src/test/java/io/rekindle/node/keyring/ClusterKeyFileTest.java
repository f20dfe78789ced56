package io.rekindle.node.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterKeyFileTest {
  private static final UUID CLUSTER = UUID.randomUUID();

  @TempDir Path folder;

  private KeyManagementService kms;
  private Path file;

  @BeforeEach
  void createKeys() throws IOException {
    kms = local("local.key");
    file = folder.resolve("cluster.key");
  }

  private KeyManagementService local(String name) throws IOException {
    LocalKeyManagementService.create(folder.resolve(name));
    return new LocalKeyManagementService(folder.resolve(name));
  }

  @Test
  void aReopenedFileDerivesTheSameKeys() throws Exception {
    ClusterKey made = ClusterKeyFile.create(file, kms, CLUSTER);
    ClusterKey opened = ClusterKeyFile.open(file, kms);
    assertThat(opened.clusterId()).isEqualTo(CLUSTER);
    for (ClusterKey.Use use : ClusterKey.Use.values()) {
      assertThat(opened.derive(use)).isEqualTo(made.derive(use)).hasSize(32);
    }
  }

  /** What would be derived from zeros anybody can derive. */
  @Test
  void nothingIsDerivedFromAClosedKeyAndItIsWrappedByNobody() throws Exception {
    ClusterKey key = ClusterKeyFile.create(file, kms, CLUSTER);
    key.close();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> key.derive(ClusterKey.Use.PAGE));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> WrappedClusterKey.of(key, kms));
  }

  @Test
  void everyUseHasItsOwnKey() throws Exception {
    ClusterKey key = ClusterKeyFile.create(file, kms, CLUSTER);
    Set<String> derived = new HashSet<>();
    for (ClusterKey.Use use : ClusterKey.Use.values()) {
      derived.add(HexFormat.of().formatHex(key.derive(use)));
    }
    assertThat(derived).hasSize(ClusterKey.Use.values().length);
  }

  @Test
  void theKeyItselfIsNotInTheFile() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    assertThat(Files.readAllBytes(file)).hasSize(21 + 32 + 40);
  }

  @Test
  void anotherKeyFileIsRefusedAndNothingTouched() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    byte[] before = Files.readAllBytes(file);
    KeyManagementService other = local("other.key");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.open(file, other))
        .withMessage(
            "The cluster key file "
                + file
                + " was not wrapped by this key, or is damaged: "
                + other.describe()
                + ".");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void noChangedByteIsAccepted() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    byte[] content = Files.readAllBytes(file);
    for (int i = 0; i < content.length; i++) {
      byte[] changed = content.clone();
      changed[i] ^= 1;
      SecretFiles.write(file, changed);
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> ClusterKeyFile.open(file, kms));
    }
    SecretFiles.write(file, Arrays.copyOf(content, 12));
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> ClusterKeyFile.open(file, kms))
        .withMessage("The cluster key file " + file + " is not a cluster key file.");
  }

  @Test
  void aClusterKeyIsNeverReplaced() throws Exception {
    ClusterKeyFile.create(file, kms, CLUSTER);
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> ClusterKeyFile.create(file, kms, CLUSTER));
  }

  @Test
  void aFolderMarkedByOneClusterKeyRefusesAnother() throws Exception {
    Path mark = folder.resolve("folder.mark");
    ClusterKey key = ClusterKeyFile.create(file, kms, CLUSTER);
    FolderMark.create(mark, key);
    FolderMark.check(mark, key);
    ClusterKey other = ClusterKeyFile.create(folder.resolve("other-cluster.key"), kms, CLUSTER);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> FolderMark.check(mark, other))
        .withMessage("The data beside " + mark + " was written under another cluster key.");
  }
}
