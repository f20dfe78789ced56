package io.rekindle.node.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialFileTest {
  private static final String SETTING = "rekindle.keys.vault.token-file";

  @TempDir Path folder;

  private CredentialFile file(String content, String mode) throws IOException {
    Path path = folder.resolve("token");
    Files.writeString(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    return new CredentialFile(SETTING, path);
  }

  private void assertUnreadable(Supplier<?> read, String why) {
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(read::get)
        .satisfies(
            e -> {
              assertThat(e.probe()).isEqualTo(Probe.UNREACHABLE);
              assertThat(e.reason())
                  .isEqualTo("The file of " + SETTING + " " + folder.resolve("token") + " " + why);
            });
  }

  @Test
  void oneLineIsReadAsItIsNow() throws IOException {
    CredentialFile file = file("s.first\n", "rw-------");
    assertThat(file.secretLine()).isEqualTo("s.first");
    assertThat(file.line()).isEqualTo("s.first");

    Files.writeString(file.path(), "s.second");

    assertThat(file.secretLine()).isEqualTo("s.second");
  }

  @Test
  void aMissingOneIsNamedWithItsSetting() {
    CredentialFile file = new CredentialFile(SETTING, folder.resolve("token"));

    assertUnreadable(file::secretLine, "is missing.");
    assertUnreadable(file::line, "cannot be read.");
  }

  @Test
  void whatOthersMayReadIsNoSecret() throws IOException {
    CredentialFile file = file("s.first", "rw-r--r--");

    assertUnreadable(file::secretLine, "is open to others; its mode must be 0600.");
    assertThat(file.line()).isEqualTo("s.first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "two words", "two\nlines", "not-ascii-\u00e9", "s.\u0000"})
  void whatIsNotOneCredentialIsRefusedAndNotRepeated(String content) throws IOException {
    CredentialFile file = file(content, "rw-------");

    assertUnreadable(file::secretLine, "holds no credential of one line.");
    assertUnreadable(file::line, "holds no credential of one line.");
  }

  @Test
  void aLongOneIsNoSecret() throws IOException {
    CredentialFile file = file("x".repeat(CredentialFile.BYTES_MAX + 1), "rw-------");

    assertUnreadable(file::secretLine, "has the wrong size.");
  }
}
