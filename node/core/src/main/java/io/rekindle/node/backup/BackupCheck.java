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
      check.run(folder.manifest(cipher), name, only);
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.DATA_CORRUPTED) {
        throw e;
      }
      check.problem(e.getMessage() + (folder.hasManifest() ? "" : ": it was not finished"));
    }
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

  private void run(BackupManifest manifest, @Nullable BackupName name, @Nullable String only) {
    if (name != null && !name.equals(manifest.name())) {
      problem("the manifest is of the backup " + manifest.name());
    }
    known.add(BackupFolder.MANIFEST);
    for (BackupManifest.Node node : manifest.nodes()) {
      boolean mustBeHere = only == null || only.equals(node.nodeId());
      if (mustBeHere || there.contains(place(node.nodeId()))) {
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
    String place = place(node.nodeId());
    known.add(place);
    Path file = folder.partFile(node.nodeId());
    if (!there.contains(place)) {
      problem(place + " is missing: the part of this node is not here");
      return;
    }
    if (!BackupFolder.sha256(file).equals(node.part())) {
      problem(place + " was altered");
      return;
    }
    NodePart part = folder.part(node.nodeId(), manifest, cipher);
    for (BackupFile each : part.files()) {
      known.add(each.path());
      if (withFiles) {
        file(each);
      }
    }
  }

  private static String place(String nodeId) {
    return BackupFolder.PARTS + "/" + nodeId;
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
