package io.rekindle.node.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalKeyManagementServiceTest {
  private static final byte[] KEY = new byte[32];
  private static final byte[] AAD = {1, 2, 3};

  @TempDir Path folder;

  @Test
  void whatOneFileWrapsItUnwrapsAfterAReopen() throws Exception {
    byte[] wrapped = create("a").wrap(KEY, AAD);
    assertThat(new LocalKeyManagementService(file("a")).unwrap(wrapped, AAD)).isEqualTo(KEY);
  }

  @Test
  void anotherFileOrAnotherContextUnwrapsNothing() throws Exception {
    byte[] wrapped = create("a").wrap(KEY, AAD);
    LocalKeyManagementService other = create("b");
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(() -> other.unwrap(wrapped, AAD))
        .satisfies(e -> assertThat(e.probe()).isEqualTo(KeyManagementService.Probe.OK));
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(() -> new LocalKeyManagementService(file("a")).unwrap(wrapped, new byte[0]));
  }

  @Test
  void rewrappingKeepsTheKeyAndChangesTheWrapping() throws Exception {
    LocalKeyManagementService kms = create("a");
    byte[] wrapped = kms.wrap(KEY, AAD);
    byte[] rewrapped = kms.rewrap(wrapped, AAD);
    assertThat(rewrapped).isNotEqualTo(wrapped);
    assertThat(kms.unwrap(rewrapped, AAD)).isEqualTo(KEY);
  }

  @Test
  void aNewKeyFileIsForItsOwnerAloneAndLeavesNothingBeside() throws Exception {
    create("a");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("a"))))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(file("a").getParent())) {
      assertThat(files).containsExactly(file("a"));
    }
  }

  @Test
  void aKeyFileIsNeverReplaced() throws Exception {
    create("a");
    byte[] before = Files.readAllBytes(file("a"));
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> LocalKeyManagementService.create(file("a")));
    assertThat(Files.readAllBytes(file("a"))).isEqualTo(before);
  }

  @Test
  void aMissingFileIsRefusedInOneSentenceAndNotMade() {
    assertRefused("The key file " + file("none") + " is missing.");
    assertThat(file("none")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rwx------", "rw--w----"})
  void aFileOpenToOthersIsRefused(String mode) throws Exception {
    create("none");
    Files.setPosixFilePermissions(file("none"), PosixFilePermissions.fromString(mode));
    assertRefused("The key file " + file("none") + " is open to others; its mode must be 0600.");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 31})
  void aFileTooShortIsRefused(int bytes) throws Exception {
    SecretFiles.create(file("none"), new byte[bytes]);
    assertRefused("The key file " + file("none") + " must be 32 bytes long.");
  }

  @Test
  void aFileTooLongIsRefused() throws Exception {
    SecretFiles.create(file("none"), new byte[33]);
    assertRefused("The key file " + file("none") + " has the wrong size.");
  }

  @Test
  void aFolderIsRefused() throws Exception {
    SecretFiles.createFolder(file("none"));
    Files.setPosixFilePermissions(file("none"), PosixFilePermissions.fromString("rw-------"));
    assertRefused("The key file " + file("none") + " is not a file.");
  }

  private void assertRefused(String sentence) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> new LocalKeyManagementService(file("none")))
        .withMessage(sentence);
  }

  private LocalKeyManagementService create(String name) throws Exception {
    LocalKeyManagementService.create(file(name));
    return new LocalKeyManagementService(file(name));
  }

  private Path file(String name) {
    return folder.resolve("keys").resolve(name);
  }
}
