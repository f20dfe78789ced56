package io.rekindle.node.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.audit.AuditPosition;
import io.rekindle.node.audit.Hash;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.BackupCipher;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.ClusterKeyFile;
import io.rekindle.node.keyring.TestCiphers;
import io.rekindle.node.kms.LocalKeyManagementService;
import io.rekindle.node.model.BackupName;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way in which a backup's folder can be another one than was written is found, and named. */
class BackupCheckTest {
  private static final BackupName NAME = BackupName.of("one");
  private static final List<String> NODES = List.of("node_a", "node_b");

  private static final String LINK = " is neither a file nor a folder, but a link or the like";

  @TempDir Path folder;

  private Path backup = Path.of("");
  private byte[] keyFile = {};
  private ManifestCipher cipher = TestCiphers.backup(7);

  @BeforeEach
  void make() throws IOException {
    cipher = cipher("key");
    keyFile = Files.readAllBytes(folder.resolve("key/cluster.key"));
    backup = folder.resolve(NAME.toString());
    write(backup, NAME, UUID.randomUUID(), Instant.now());
  }

  private ManifestCipher cipher(String name) throws IOException {
    Path local = folder.resolve(name).resolve("local.key");
    LocalKeyManagementService.create(local);
    try (ClusterKey key =
        ClusterKeyFile.create(
            folder.resolve(name).resolve("cluster.key"),
            new LocalKeyManagementService(local),
            UUID.randomUUID())) {
      return new BackupCipher(key);
    }
  }

  private BackupManifest write(Path to, BackupName name, UUID id, Instant at) throws IOException {
    BackupFolder made = new BackupFolder(to);
    List<BackupManifest.Node> nodes = new ArrayList<>();
    for (String node : NODES) {
      List<BackupFile> files = new ArrayList<>();
      for (String file : List.of("part-1.bin", "part-2.bin")) {
        Path path = to.resolve("db").resolve(node).resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, node + " " + file + " " + "x".repeat(500));
        files.add(
            new BackupFile(
                to.relativize(path).toString(), Files.size(path), BackupFolder.sha256(path)));
      }
      NodePart part = new NodePart(node, files);
      nodes.add(
          new BackupManifest.Node(
              node,
              2,
              part.bytes(),
              made.writePart(part, name, id, cipher),
              new AuditPosition(7, Hash.of(new byte[Hash.BYTES]))));
    }
    BackupManifest manifest =
        new BackupManifest(name, id, UUID.randomUUID(), at, 512, List.of("memory"), nodes);
    made.writeManifest(ManifestFile.seal(manifest, keyFile, cipher));
    return manifest;
  }

  private List<String> problems() {
    return problems(null);
  }

  private List<String> problems(@org.jspecify.annotations.Nullable String only) {
    return BackupCheck.problems(new BackupFolder(backup), cipher, NAME, only);
  }

  private Path file(String path) {
    return backup.resolve(path);
  }

  private void flip(String path, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file(path));
    bytes[at < 0 ? bytes.length + at : at] ^= 1;
    Files.write(file(path), bytes);
  }

  @Test
  void oneThatNobodyTouchedIsWhole() {
    assertThat(problems()).isEmpty();
    assertThat(new BackupFolder(backup).readManifest().clusterKeyFile()).isEqualTo(keyFile);
    assertThat(new BackupFolder(backup).readManifest().open(cipher).files()).isEqualTo(4);
  }

  @Test
  void theManifestSaysWhatWasWritten() throws IOException {
    BackupManifest written =
        write(folder.resolve("two"), BackupName.of("two"), UUID.randomUUID(), Instant.now());
    assertThat(new BackupFolder(folder.resolve("two")).readManifest().open(cipher))
        .isEqualTo(written);
  }

  @Test
  void aFlippedBit() throws IOException {
    flip("db/node_b/part-1.bin", 100);
    assertThat(problems()).containsExactly("db/node_b/part-1.bin was altered");
  }

  @Test
  void aFileThatWasCut() throws IOException {
    Path file = file("db/node_a/part-2.bin");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100));
    assertThat(problems()).containsExactly("db/node_a/part-2.bin has 100 bytes instead of 518");
  }

  @Test
  void aFileThatIsGone() throws IOException {
    Files.delete(file("db/node_a/part-2.bin"));
    assertThat(problems()).containsExactly("db/node_a/part-2.bin is missing");
  }

  @Test
  void aFileThatWasAdded() throws IOException {
    Files.writeString(file("db/node_a/part-3.bin"), "new");
    assertThat(problems()).containsExactly("db/node_a/part-3.bin is not of this backup");
  }

  @Test
  void twoFilesThatWereExchanged() throws IOException {
    Path one = file("db/node_a/part-1.bin");
    Path other = file("db/node_a/part-2.bin");
    Path between = folder.resolve("between");
    Files.move(one, between);
    Files.move(other, one);
    Files.move(between, other);
    assertThat(problems())
        .containsExactly("db/node_a/part-1.bin was altered", "db/node_a/part-2.bin was altered");
  }

  @Test
  void aFolderInPlaceOfAFile() throws IOException {
    Files.delete(file("db/node_a/part-1.bin"));
    Files.createDirectory(file("db/node_a/part-1.bin"));
    assertThat(problems()).containsExactly("db/node_a/part-1.bin is missing");
  }

  @Test
  void aLinkIsNamedAndNotFollowedEvenToWhatTheBackupHad() throws IOException {
    Path aside = folder.resolve("aside");
    Files.move(file("db/node_a"), aside);
    Files.createSymbolicLink(file("db/node_a"), aside);
    Files.createSymbolicLink(file("db/nowhere"), folder.resolve("none"));
    assertThat(problems())
        .containsExactly(
            "db/node_a" + LINK,
            "db/nowhere" + LINK,
            "db/node_a/part-1.bin is missing",
            "db/node_a/part-2.bin is missing");
  }

  @Test
  void aLinkInPlaceOfTheManifestOrOfAListOrOfTheFolder() throws IOException {
    for (String name : List.of("manifest", "parts/node_a", "parts")) {
      Path aside = folder.resolve("aside");
      Files.move(file(name), aside);
      Files.createSymbolicLink(file(name), aside);
      assertThat(problems()).as(name).contains(name + LINK);
      Files.delete(file(name));
      Files.move(aside, file(name));
      assertThat(problems()).isEmpty();
    }
    Path aside = folder.resolve("aside");
    Files.move(backup, aside);
    Files.createSymbolicLink(backup, aside);
    assertThat(problems())
        .containsExactly("the folder" + LINK, "the manifest is missing: it was not finished");
  }

  @Test
  void whatHasALinkIsNotDeleted() throws IOException {
    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("file"), "not ours");
    Path link = Files.createSymbolicLink(file("db/link"), foreign);
    BackupFolder made = new BackupFolder(backup);
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(made::delete)
        .satisfies(e -> assertThat(e.details()).containsEntry("entry", link.toString()));
    assertThat(problems()).containsExactly("db/link" + LINK);
    Files.delete(link);
    made.delete();
    assertThat(backup).doesNotExist();
    assertThat(foreign.resolve("file")).exists();
    made.delete();
  }

  @Test
  void anotherNodesList() throws IOException {
    Files.copy(
        file("parts/node_a"),
        file("parts/node_b"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(problems())
        .containsExactly(
            "parts/node_b was altered",
            "db/node_b/part-1.bin is not of this backup",
            "db/node_b/part-2.bin is not of this backup");
  }

  @Test
  void aListOfAnotherBackupOfTheSameFiles() throws IOException {
    Path other = folder.resolve("other");
    write(other, BackupName.of("other"), UUID.randomUUID(), Instant.now());
    Files.copy(
        other.resolve("parts/node_a"),
        file("parts/node_a"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(problems()).contains("parts/node_a was altered");
    Files.copy(
        other.resolve("manifest"),
        file("manifest"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(problems())
        .contains("the manifest is of the backup other", "parts/node_b was altered");
  }

  @Test
  void oneThatWasNotFinished() throws IOException {
    Files.delete(file("manifest"));
    assertThat(problems()).containsExactly("the manifest is missing: it was not finished");
  }

  @Test
  void aManifestOfWhichAnyByteIsAnotherOne() throws IOException {
    byte[] whole = Files.readAllBytes(file("manifest"));
    for (int at = 0; at < whole.length; at++) {
      flip("manifest", at);
      assertThat(problems()).as("byte " + at).isNotEmpty();
      Files.write(file("manifest"), whole);
    }
    for (int length : new int[] {0, 5, 9, 40, whole.length - 1}) {
      Files.write(file("manifest"), Arrays.copyOf(whole, length));
      assertThat(problems()).as("cut to " + length).isNotEmpty();
    }
  }

  @Test
  void aManifestOfANewerRelease() throws IOException {
    flip("manifest", 4);
    assertThat(problems()).containsExactly("the manifest was written by a newer release");
  }

  @Test
  void aCopyHasWhatTheManifestSaysOrIsNotMade() throws IOException {
    BackupFolder made = new BackupFolder(backup);
    BackupManifest manifest = made.readManifest().open(cipher);
    Path copy = folder.resolve("copy");
    BackupCopy.make(made, manifest, cipher, copy);
    assertThat(new BackupFolder(copy).entries().files())
        .containsExactly(
            "db/node_a/part-1.bin",
            "db/node_a/part-2.bin",
            "db/node_b/part-1.bin",
            "db/node_b/part-2.bin");
    assertThat(copy.resolve("db/node_b/part-2.bin"))
        .hasSameBinaryContentAs(file("db/node_b/part-2.bin"));

    flip("db/node_b/part-1.bin", -1);
    assertNotCopied(manifest, "db/node_b/part-1.bin was altered");
    Files.write(file("db/node_a/part-2.bin"), new byte[519]);
    assertNotCopied(manifest, "db/node_a/part-2.bin has more bytes than it had");
    Files.delete(file("db/node_a/part-1.bin"));
    assertNotCopied(manifest, "db/node_a/part-1.bin is missing, or can't be read");
    flip("parts/node_a", -1);
    assertNotCopied(manifest, "parts/node_a was altered");
  }

  private void assertNotCopied(BackupManifest manifest, String why) {
    Path copy = folder.resolve(UUID.randomUUID().toString());
    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> BackupCopy.make(new BackupFolder(backup), manifest, cipher, copy))
        .withMessage(why);
  }

  @Test
  void aManifestOrAListThatIsLongerThanOnesAreIsNotRead() throws IOException {
    for (String name : List.of("parts/node_a", "manifest")) {
      try (RandomAccessFile file = new RandomAccessFile(file(name).toFile(), "rw")) {
        file.setLength(1L << 40);
      }
    }
    assertThat(problems())
        .containsExactly("the manifest has more than 16,777,216 bytes: it was not read");
    write(backup, NAME, UUID.randomUUID(), Instant.now());
    try (RandomAccessFile file = new RandomAccessFile(file("parts/node_a").toFile(), "rw")) {
      file.setLength(1L << 40);
    }
    assertThat(problems()).contains("parts/node_a has more than 16,777,216 bytes: it was not read");
  }

  @Test
  void aBackupOfAnotherCluster() throws IOException {
    cipher = cipher("another");
    assertThat(problems())
        .containsExactly("the manifest does not open: it was altered, or is of another cluster");
  }

  @Test
  void ofOneNodesFolderItsOwnPartAlone() throws IOException {
    Files.delete(file("parts/node_b"));
    Files.delete(file("db/node_b/part-1.bin"));
    Files.delete(file("db/node_b/part-2.bin"));
    assertThat(problems("node_a")).isEmpty();
    assertThat(problems("node_b"))
        .containsExactly("parts/node_b is missing: the part of this node is not here");
    assertThat(problems())
        .containsExactly("parts/node_b is missing: the part of this node is not here");
  }

  @Test
  void aNameIsNoPath() {
    for (String name : List.of("", "..", "a/b", "A", "_a", "a-b", "a".repeat(65), "a b")) {
      assertThatExceptionOfType(RekindleException.class)
          .isThrownBy(() -> BackupName.of(name))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }
    assertThat(BackupName.at(Instant.parse("2026-11-26T18:40:00Z")).text())
        .isEqualTo("20261126_184000");
  }
}
