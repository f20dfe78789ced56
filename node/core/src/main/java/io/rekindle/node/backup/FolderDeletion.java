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
    try (SecureDirectoryStream<Path> above = secure(Files.newDirectoryStream(parent))) {
      try (SecureDirectoryStream<Path> opened =
          above.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        deleteFile(opened, Path.of(first));
      }
      deleteFolder(above, name);
    } catch (NoSuchFileException e) {
      // Another node was faster.
      return;
    }
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> opened)
      throws IOException {
    if (opened instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    opened.close();
    throw new IOException("this file system can't delete a folder without following links");
  }

  private static void deleteFolder(SecureDirectoryStream<Path> parent, Path name)
      throws IOException {
    try (SecureDirectoryStream<Path> folder =
        parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : folder) {
        Path each = requireNonNull(entry.getFileName(), "an entry has a name");
        try {
          if (folder
              .getFileAttributeView(each, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes()
              .isDirectory()) {
            deleteFolder(folder, each);
          } else {
            deleteFile(folder, each);
          }
        } catch (NoSuchFileException e) {
          continue; // Another node was faster.
        }
      }
    }
    parent.deleteDirectory(name);
  }

  private static void deleteFile(SecureDirectoryStream<Path> folder, Path name) throws IOException {
    try {
      folder.deleteFile(name);
    } catch (NoSuchFileException e) {
      // It is gone, which is what was wanted.
      return;
    }
  }
}
