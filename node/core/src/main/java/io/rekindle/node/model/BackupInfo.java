package io.rekindle.node.model;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A backup, as its manifest tells.
 *
 * @param id of the request that made it; null when that is not known
 * @param createdAt what was acknowledged before is in it; null when that is not known
 * @param nodes that wrote it
 * @param problem why it can't be used, by the looks of its manifest; empty for nothing
 */
public record BackupInfo(
    BackupName name,
    @Nullable UUID id,
    @Nullable Instant createdAt,
    List<String> nodes,
    long files,
    long bytes,
    String problem) {
  public BackupInfo {
    nodes = List.copyOf(nodes);
  }

  /** One that was not finished, or whose manifest was altered. */
  public static BackupInfo incomplete(BackupName name, String problem) {
    return new BackupInfo(name, null, null, List.of(), 0, 0, problem);
  }
}
