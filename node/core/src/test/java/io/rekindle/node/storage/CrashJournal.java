package io.rekindle.node.storage;

import io.rekindle.node.model.MemoryId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a killed process had begun and what had been acknowledged to it: a plain file, which
 * survives the death of its writer. A line is "try|ack id revision"; revision 0 is deleted.
 */
final class CrashJournal {
  private final Path file;

  CrashJournal(Path file) {
    this.file = file;
  }

  /**
   * What may be true of a memory: the acknowledged revision, or one that was being written; and the
   * line that said so last.
   */
  record Known(long acknowledged, @Nullable Long tried, int line) {
    boolean allows(long revision) {
      return revision == acknowledged || (tried != null && revision == tried);
    }
  }

  synchronized void trying(MemoryId id, long revision) {
    append("try " + id + " " + revision);
  }

  synchronized void acknowledged(MemoryId id, long revision) {
    append("ack " + id + " " + revision);
  }

  private void append(String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long lines() throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    }
  }

  Map<MemoryId, Known> read() throws IOException {
    Map<MemoryId, Known> known = new HashMap<>();
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    int number = 0;
    for (String line : lines) {
      number++;
      String[] parts = line.split(" ", -1);
      if (parts.length < 3) {
        continue;
      }
      MemoryId id = MemoryId.parse(parts[1]);
      long revision = Long.parseLong(parts[2]);
      Known before = known.getOrDefault(id, new Known(0, null, 0));
      known.put(
          id,
          parts[0].equals("ack")
              ? new Known(revision, null, number)
              : new Known(before.acknowledged(), revision, number));
    }
    return known;
  }
}
