package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineFoldersTest {
  @TempDir Path parent;

  private Path folder() {
    return parent.resolve("data");
  }

  @Test
  void aFolderInUseIsRefusedUntilItIsLetGo() throws Exception {
    EngineFolders first = EngineFolders.open(folder());
    Files.writeString(first.temporary().resolve("in-use"), "x");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> EngineFolders.open(folder()))
        .withMessage("Another node is running on the data folder " + folder() + ".");
    assertThat(first.temporary().resolve("in-use")).exists();
    first.close();
    EngineFolders.open(folder()).close();
  }

  @Test
  void leftoversAreRemovedAtStartAndNothingElse() throws Exception {
    assertThat(EngineFolders.hasPages(folder())).isFalse();
    EngineFolders first = EngineFolders.open(folder());
    assertThat(EngineFolders.hasPages(folder())).isFalse();
    UUID id = first.nodeId();
    Path temporary = Files.createDirectories(first.temporary().resolve("a/b")).resolve("left");
    Files.writeString(temporary, "x");
    Path unfinished = Files.writeString(folder().resolve("x.key.1.unfinished"), "x");
    Path kept = Files.writeString(first.pages().resolve("kept"), "x");
    first.close();
    try (EngineFolders second = EngineFolders.open(folder())) {
      assertThat(second.temporary()).isEmptyDirectory();
      assertThat(unfinished).doesNotExist();
      assertThat(kept).exists();
      assertThat(second.nodeId()).isEqualTo(id);
      assertThat(EngineFolders.hasPages(folder())).isTrue();
    }
  }

  @Test
  void foldersAreForTheirOwnerAlone() throws Exception {
    try (EngineFolders folders = EngineFolders.open(folder())) {
      for (Path path : new Path[] {folder(), folders.pages(), folders.wal(), folders.temporary()}) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .isEqualTo("rwx------");
      }
    }
  }

  @Test
  void aFolderThatCannotBeIsRefused() throws Exception {
    Files.writeString(folder(), "a file");
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> EngineFolders.open(folder()))
        .withMessage("The data folder " + folder() + " cannot be written to.");
  }
}
