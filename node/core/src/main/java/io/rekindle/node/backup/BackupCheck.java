package io.rekindle.node.backup;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.BackupName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds a folder against its manifest: reads every byte, and names every file that is missing,
 * altered, cut, exchanged or not of the backup. Changes nothing.
 */
public final class BackupCheck {
  private static final int PROBLEMS_MAX = 1_000;

  private final BackupFolder folder;
  private final ManifestCipher cipher;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> known = new HashSet<>();

  /** The files that are here, reached by no link. */
  private final Set<String> there = new TreeSet<>();

  private BackupCheck(BackupFolder folder, ManifestCipher cipher) {
    this.folder = folder;
    this.cipher = cipher;
  }

  /**
   * Of all parts, or of one node's.
   *
   * @param name that the backup must have; null for whatever it has
   * @param only the node whose part alone must be here; null for all
   * @return what is wrong, at most 1,000 sentences; empty when the backup is whole
   */
  public static List<String> problems(
      BackupFolder folder,
      ManifestCipher cipher,
      @Nullable BackupName name,
      @Nullable String only) {
    BackupCheck check = new BackupCheck(folder, cipher);
    try {
      check.look();
      BackupManifest manifest = folder.readManifest().open(cipher);
      if (name != null && !name.equals(manifest.name())) {
        check.problem("the manifest is of the backup " + manifest.name());
      }
      check.run(manifest, only);
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      check.problem(e.getMessage() + (folder.hasManifest() ? "" : ": it was not finished"));
    }
    return List.copyOf(check.problems);
  }

  /** As above, of all parts of a manifest that was read before. */
  public static List<String> problems(
      BackupFolder folder, ManifestCipher cipher, BackupManifest manifest) {
    BackupCheck check = new BackupCheck(folder, cipher);
    check.look();
    check.run(manifest, null);
    return List.copyOf(check.problems);
  }

  private void look() {
    BackupFolder.Entries entries = folder.entries();
    there.addAll(entries.files());
    for (String other : entries.others()) {
      problem(
          (other.isEmpty() ? "the folder" : other)
              + " is neither a file nor a folder, but a link or the like");
    }
  }

  private void run(BackupManifest manifest, @Nullable String only) {
    known.add(BackupFolder.MANIFEST);
    for (BackupManifest.Node node : manifest.nodes()) {
      boolean mustBeHere = only == null || only.equals(node.nodeId());
      if (mustBeHere || there.contains(BackupFolder.place(node.nodeId()))) {
        part(manifest, node, mustBeHere);
      }
    }
    for (String file : there) {
      if (!known.contains(file)) {
        problem(file + " is not of this backup");
      }
    }
  }

  private void part(BackupManifest manifest, BackupManifest.Node node, boolean withFiles) {
    String place = BackupFolder.place(node.nodeId());
    known.add(place);
    if (!there.contains(place)) {
      problem(place + " is missing: the part of this node is not here");
      return;
    }
    NodePart part;
    try {
      part = folder.part(node, manifest, cipher);
    } catch (RekindleException e) {
      problem(String.valueOf(e.getMessage()));
      return;
    }
    for (BackupFile each : part.files()) {
      known.add(each.path());
      if (withFiles) {
        file(each);
      }
    }
  }

  private void file(BackupFile expected) {
    Path file = folder.path().resolve(expected.path());
    try {
      if (!there.contains(expected.path())) {
        problem(expected.path() + " is missing");
      } else if (Files.size(file) != expected.bytes()) {
        problem(
            "%s has %,d bytes instead of %,d"
                .formatted(expected.path(), Files.size(file), expected.bytes()));
      } else if (!BackupFolder.sha256(file).equals(expected.sha256())) {
        problem(expected.path() + " was altered");
      }
    } catch (IOException | UncheckedIOException e) {
      problem(expected.path() + " can't be read");
    }
  }

  private void problem(String text) {
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(text);
    }
  }
}
