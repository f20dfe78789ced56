package io.rekindle.node.storage.slice;

import io.rekindle.node.model.SliceId;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;

/** Files and folders that bear the name of a slice. */
final class SliceFiles {
  private SliceFiles() {}

  /** Whether it is of a slice for which this holds; what has another name is of none. */
  static boolean isOf(Path file, Predicate<SliceId> which) {
    try {
      return which.test(new SliceId(UUID.fromString(file.getFileName().toString())));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
