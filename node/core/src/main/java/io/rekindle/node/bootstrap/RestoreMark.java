package io.rekindle.node.bootstrap;

import io.rekindle.node.backup.BackupFolder;
import io.rekindle.node.backup.BackupManifest;
import io.rekindle.node.backup.ManifestFile;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The file in a data folder that says which backup its node begins with. It is there from {@code
 * node restore} until the first start that has brought all of it in.
 *
 * @param folder of the backup
 * @param name of it
 * @param manifest SHA-256 of its manifest, which was checked when the mark was made
 */
record RestoreMark(Path folder, String name, String manifest) {
  static final String FILE = "restore.properties";

  static void write(
      Path dataFolder, BackupFolder backup, ManifestFile file, BackupManifest manifest)
      throws IOException {
    Properties lines = new Properties();
    lines.setProperty("folder", backup.path().toString());
    lines.setProperty("name", manifest.name().toString());
    lines.setProperty("manifest", file.hash().toString());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lines.store(bytes, "The backup that this node begins with; gone when it is there.");
    SecretFiles.create(dataFolder.resolve(FILE), bytes.toByteArray());
  }

  /** The mark, or null when nothing is to be restored. */
  static @Nullable RestoreMark find(Path dataFolder) {
    Path file = dataFolder.resolve(FILE);
    if (!Files.exists(file)) {
      return null;
    }
    Properties lines = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      lines.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new StartRefusedException("The file " + file + " cannot be read.", e);
    }
    String folder = lines.getProperty("folder");
    String name = lines.getProperty("name");
    String manifest = lines.getProperty("manifest");
    if (folder == null || name == null || manifest == null) {
      throw new StartRefusedException("The file " + file + " does not name a backup.");
    }
    return new RestoreMark(Path.of(folder), name, manifest);
  }

  BackupFolder backup() {
    return new BackupFolder(folder);
  }

  /**
   * The manifest, if it still is the one that was checked.
   *
   * @throws StartRefusedException when it is not
   */
  ManifestFile open() {
    BackupFolder backup = backup();
    if (!backup.hasManifest()) {
      throw new StartRefusedException(
          "The backup " + folder + " that this node begins with is not there.");
    }
    ManifestFile found = backup.readManifest();
    if (!found.hash().toString().equals(manifest)) {
      throw new StartRefusedException(
          "The backup " + folder + " is another one than was checked; restore into a new folder.");
    }
    return found;
  }

  void delete(Path dataFolder) throws IOException {
    Files.deleteIfExists(dataFolder.resolve(FILE));
  }
}
