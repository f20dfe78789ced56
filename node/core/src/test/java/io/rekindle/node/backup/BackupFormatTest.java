package io.rekindle.node.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.TestCiphers;
import io.rekindle.node.model.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes of backups: of format 1, which the backup key itself seals, as written by the release
 * that had it; and of today's, with a key of its own in each file.
 */
class BackupFormatTest {
  private static final BackupName OLD = BackupName.of("old");

  private final ManifestCipher cipher = TestCiphers.backup(7);
  @TempDir Path folder;

  private BackupFolder formatOne() throws IOException {
    Path backup = folder.resolve("old");
    for (String name : List.of("manifest", "parts/node_a", "db/node_a/part-1.bin")) {
      Path file = backup.resolve(name);
      Files.createDirectories(file.getParent());
      try (InputStream in = BackupFormatTest.class.getResourceAsStream("format-1/" + name)) {
        Files.write(file, Objects.requireNonNull(in, name).readAllBytes());
      }
    }
    return new BackupFolder(backup);
  }

  private List<String> problems(BackupFolder backup) {
    return BackupCheck.problems(backup, cipher, OLD, null);
  }

  @Test
  void aBackupOfFormatOneIsReadAndVerified() throws IOException {
    BackupFolder backup = formatOne();
    assertThat(problems(backup)).isEmpty();
    ManifestFile file = backup.readManifest();
    assertThat(file.clusterKeyFile())
        .isEqualTo("the wrapped cluster key".getBytes(StandardCharsets.UTF_8));
    BackupManifest manifest = file.open(cipher);
    assertThat(manifest.caches()).containsExactly("memory");
    NodePart part = backup.part(manifest.nodes().getFirst(), manifest, cipher);
    assertThat(part.files()).extracting(BackupFile::path).containsExactly("db/node_a/part-1.bin");
  }

  @Test
  void aByteOfFormatOneThatWasChangedIsFound() throws IOException {
    BackupFolder backup = formatOne();
    for (String name : List.of("manifest", "parts/node_a")) {
      Path file = backup.path().resolve(name);
      byte[] whole = Files.readAllBytes(file);
      for (int at = 0; at < whole.length; at++) {
        byte[] altered = whole.clone();
        altered[at] ^= 3; // Of format 1 it makes format 2.
        Files.write(file, altered);
        assertThat(problems(backup)).as("byte %d of %s", at, name).isNotEmpty();
      }
      Files.write(file, whole);
    }
  }

  @Test
  void theListsOfABackupHaveKeysOfTheirOwnAndOpenInTheirPlaceAlone() throws IOException {
    BackupManifest manifest = formatOne().readManifest().open(cipher);
    NodePart part = new NodePart("node_a", List.of());
    byte[] one = PartFile.seal(part, manifest.name(), manifest.id(), cipher);
    byte[] two = PartFile.seal(part, manifest.name(), manifest.id(), cipher);
    assertThat(PartFile.open(one, manifest, "node_a", cipher)).isEqualTo(part);

    byte[] mixed = one.clone();
    System.arraycopy(two, 5, mixed, 5, 72);
    refused(mixed, manifest, "node_a");
    refused(one, manifest, "node_b");
    refused(PartFile.seal(part, OLD, UUID.randomUUID(), cipher), manifest, "node_a");
    for (int at = 0; at < one.length; at++) {
      byte[] altered = one.clone();
      altered[at] ^= 1;
      refused(altered, manifest, "node_a");
      refused(Arrays.copyOf(one, at), manifest, "node_a");
    }
    refused(Arrays.copyOfRange(one, 5, one.length), manifest, "node_a");
  }

  private void refused(byte[] bytes, BackupManifest manifest, String nodeId) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> PartFile.open(bytes, manifest, nodeId, cipher))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }

  @Test
  void manifestsHaveKeysOfTheirOwn() throws IOException {
    BackupManifest manifest = formatOne().readManifest().open(cipher);
    byte[] keyFile = {1, 2, 3};
    byte[] one = ManifestFile.seal(manifest, keyFile, cipher);
    byte[] two = ManifestFile.seal(manifest, keyFile, cipher);
    assertThat(ManifestFile.of(one).open(cipher)).isEqualTo(manifest);
    System.arraycopy(two, 9 + keyFile.length, one, 9 + keyFile.length, 72);
    refusedManifest(one);
    two[4] = 1;
    refusedManifest(two);
  }

  private void refusedManifest(byte[] bytes) {
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> ManifestFile.of(bytes).open(cipher))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
  }
}
