package io.rekindle.node.backup;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;

/**
 * Deletes a folder with all that is in it, and nothing else: each name is looked up in the folder
 * that is held open, so that a link which takes a folder's place meanwhile is not followed. Another
 * node may delete the same one, in a shared folder.
 */
final class FolderDeletion {
  private FolderDeletion() {}

  /**
   * Returns when it is gone.
   *
   * @param first the name of a file in it that goes before all others, if it is there
   */
  static void delete(Path folder, String first) throws IOException {
    Path parent = requireNonNull(folder.toAbsolutePath().getParent(), "the root is no backup");
    Path name = requireNonNull(folder.getFileName(), "the root is no backup");
    try (DirectoryStream<Path> around = Files.newDirectoryStream(parent)) {
      if (!(around instanceof SecureDirectoryStream<Path> above)) {
        throw new IOException("this file system can't delete a folder without following links");
      }
      try (SecureDirectoryStream<Path> opened =
          above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        delete(opened, Path.of(first));
      }
      delete(above, name);
    } catch (NoSuchFileException e) {
      return; // Another node was faster.
    }
  }

  /** A folder or anything else; nothing happens when another node was faster. */
  private static void delete(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    try {
      if (parent
          .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes()
          .isDirectory()) {
        deleteFolder(parent, name);
      } else {
        parent.deleteFile(name);
      }
    } catch (NoSuchFileException e) {
      return;
    }
  }

  private static void deleteFolder(SecureDirectoryStream<Path> parent, Path name)
      throws IOException {
    try (SecureDirectoryStream<Path> folder =
        parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : folder) {
        delete(folder, requireNonNull(entry.getFileName(), "an entry has a name"));
      }
    }
    parent.deleteDirectory(name);
  }
}
