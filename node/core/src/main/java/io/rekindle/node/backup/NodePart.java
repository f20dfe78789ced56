package io.rekindle.node.backup;

import java.util.Comparator;
import java.util.List;

/**
 * What one node has put into a backup.
 *
 * @param nodeId the stable id of that node
 * @param files by path
 */
public record NodePart(String nodeId, List<BackupFile> files) {
  public NodePart {
    files = files.stream().sorted(Comparator.comparing(BackupFile::path)).toList();
  }

  /** Of all files. */
  public long bytes() {
    return files.stream().mapToLong(BackupFile::bytes).sum();
  }
}
