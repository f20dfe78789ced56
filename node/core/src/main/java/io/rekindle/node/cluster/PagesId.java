package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.ignite.internal.util.typedef.internal.U;
import org.jspecify.annotations.Nullable;

/**
 * Which pages are those of a node: a random id lies among them, and the same one beside {@code
 * node.id}. Pages that were deleted, or put there from elsewhere, are found out by it: a cluster
 * would take an empty node of a known id for the one that had the last copies, and serve nothing in
 * their place.
 */
final class PagesId {
  private static final String FILE = "pages.id";
  private static final int BYTES_MAX = 64;

  private final Path beside;
  private final Path among;
  private final Path pages;
  private final UUID nodeId;

  PagesId(Path dataFolder, UUID nodeId) {
    this.nodeId = nodeId;
    this.beside = dataFolder.resolve(FILE);
    this.pages = EngineFolders.pages(dataFolder);
    this.among = folder(dataFolder, nodeId).resolve(FILE);
  }

  /** Where Ignite keeps the pages of a node, by its own rule for names. */
  static Path folder(Path dataFolder, UUID nodeId) {
    return EngineFolders.pages(dataFolder).resolve(U.maskForFileName(nodeId.toString()));
  }

  /**
   * Looks at a folder; changes nothing. One of an earlier release has no id yet.
   *
   * @throws StartRefusedException when the pages are not those of the node
   */
  void check() {
    String expected = read(beside);
    if (expected != null && !expected.equals(read(among))) {
      throw new StartRefusedException(
          ("The pages in %s are not those of the node %s, or are gone: put them back. If they are"
               + " lost, take the node out by `rekindle cluster remove %s`, and add a new one, made"
               + " by `rekindle node init --join`; a node that is alone begins with a backup, by"
               + " `rekindle node restore`.")
              .formatted(pages, nodeId, nodeId));
    }
  }

  /** Makes the id with the first pages, or for those that have none yet. */
  void ensure() {
    try {
      String id = read(beside);
      if (id == null) {
        id = read(among);
      }
      if (id == null) {
        id = UUID.randomUUID().toString();
      }
      // Beside last: an id that is missing among the pages says that these are gone.
      for (Path file : new Path[] {among, beside}) {
        if (read(file) == null) {
          SecretFiles.write(file, id.getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException e) {
      throw new StartRefusedException("The folder " + pages + " cannot be written to.", e);
    }
  }

  private static @Nullable String read(Path file) {
    return Files.exists(file)
        ? new String(SecretFiles.read(file, "file", BYTES_MAX), StandardCharsets.US_ASCII).strip()
        : null;
  }
}
