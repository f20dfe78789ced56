package io.rekindle.node.bootstrap;

import io.rekindle.node.backup.BackupFolder;
import io.rekindle.node.backup.ManifestFile;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.model.BackupName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The file in a data folder that says which backup its node begins with. It is the first that
 * {@code node restore} writes, and is there until the first start that has brought all of it in.
 *
 * @param folder of the backup
 * @param name of it
 * @param manifest SHA-256 of its manifest, which was checked when the mark was made
 * @param made whether {@code node restore} has ended
 * @param walks whether it fell to this node to walk the audits of the cluster before
 * @param acceptsBrokenAudit whether the operator wants what is there in spite of them
 */
record RestoreMark(
    Path folder,
    String name,
    String manifest,
    boolean made,
    boolean walks,
    boolean acceptsBrokenAudit) {
  static final String FILE = "restore.properties";
  private static final String YES = "yes";
  private static final String NO = "no";
  private static final String MADE = "made";
  private static final String WALKS = "walks-audits";
  private static final String ACCEPTS = "accepts-broken-audit";

  /** Of a data folder that is about to be made. */
  static RestoreMark of(BackupFolder backup, ManifestFile file, BackupName name) {
    return new RestoreMark(
        backup.path(), name.toString(), file.hash().toString(), false, false, false);
  }

  /** Of one that is ready to start. */
  RestoreMark whenMade() {
    return new RestoreMark(folder, name, manifest, true, walks, acceptsBrokenAudit);
  }

  /** Of a node that is about to walk the audits: until that ends well, it does so again. */
  RestoreMark walking() {
    return new RestoreMark(folder, name, manifest, made, true, acceptsBrokenAudit);
  }

  /**
   * The operator has been told that an audit in the backup is broken, and wants the rest.
   *
   * @throws StartRefusedException when nothing is to be restored into a data folder
   */
  static void acceptBrokenAudit(Path dataFolder) throws IOException {
    RestoreMark mark = find(dataFolder);
    if (mark == null) {
      throw new StartRefusedException(
          "The node in " + dataFolder + " begins with no backup: there is no audit to accept.");
    }
    new RestoreMark(mark.folder, mark.name, mark.manifest, mark.made, mark.walks, true)
        .write(dataFolder);
  }

  /** Returns when it survives a power loss. */
  void write(Path dataFolder) throws IOException {
    Properties lines = new Properties();
    lines.setProperty("folder", folder.toString());
    lines.setProperty("name", name);
    lines.setProperty("manifest", manifest);
    lines.setProperty(MADE, made ? YES : NO);
    lines.setProperty(WALKS, walks ? YES : NO);
    lines.setProperty(ACCEPTS, acceptsBrokenAudit ? YES : NO);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    lines.store(bytes, "The backup that this node begins with; gone when it is there.");
    SecretFiles.write(dataFolder.resolve(FILE), bytes.toByteArray());
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
    return new RestoreMark(
        Path.of(folder),
        name,
        manifest,
        // An earlier build wrote its mark last.
        YES.equals(lines.getProperty(MADE, YES)),
        YES.equals(lines.getProperty(WALKS)),
        YES.equals(lines.getProperty(ACCEPTS)));
  }

  /**
   * Refuses a folder that {@code node restore} did not make to the end: its node would begin with
   * nothing.
   */
  static void requireMade(Path dataFolder) {
    RestoreMark mark = find(dataFolder);
    if (mark != null && !mark.made()) {
      throw new StartRefusedException(
          ("The folder %s is half made, by a `rekindle node restore` that was cut short: delete it,"
                  + " and restore again.")
              .formatted(dataFolder));
    }
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
