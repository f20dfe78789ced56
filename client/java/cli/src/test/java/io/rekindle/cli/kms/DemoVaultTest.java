package io.rekindle.cli.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.cli.CommandFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoVaultTest {
  @TempDir private Path home;

  /** As in a distribution that was assembled without it. */
  @Test
  void whatKeepsItFromItsStartIsShown() throws IOException {
    Files.createFile(home.resolve("node.args"));
    Path folder = home.resolve("vault");

    assertThatExceptionOfType(CommandFailedException.class)
        .isThrownBy(() -> DemoVault.start(home, folder).close())
        .withMessageStartingWith("the demonstration's Vault has ended:")
        .withMessageContaining("io.rekindle.node.kms.vault.FakeVaultMain");
    assertThat(folder).doesNotExist();
  }
}
