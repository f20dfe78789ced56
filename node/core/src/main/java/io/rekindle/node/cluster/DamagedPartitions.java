package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.ignite.internal.processors.cache.persistence.StorageException;
import org.apache.ignite.internal.util.typedef.X;
import org.jspecify.annotations.Nullable;

/**
 * The partitions in which a damaged page was met. Ignite keeps the frame of a page that it could
 * not read, locked for ever and with foreign content, so an engine that met one must stop. The file
 * tells the next engine what to keep away from, or it would meet the page again, and stop again.
 *
 * <p>An operator who has put a partition's file back deletes its line. Thread-safe.
 */
public final class DamagedPartitions {
  private static final Pattern PARTITION_FILE =
      Pattern.compile("Failed to read page \\[file=(.*cacheGroup-(\\w+).part-(\\d+)\\.bin),.*");

  private final Path file;

  /** A partition of a cache group. */
  private record Place(String group, int partition, String file) {
    static @Nullable Place of(Throwable fault) {
      for (Throwable cause : X.getThrowableList(fault)) {
        String message = cause instanceof StorageException ? cause.getMessage() : null;
        Matcher matcher = message == null ? null : PARTITION_FILE.matcher(message);
        if (matcher != null && matcher.matches()) {
          return new Place(matcher.group(2), Integer.parseInt(matcher.group(3)), matcher.group(1));
        }
      }
      return null;
    }

    String line() {
      return group + " " + partition;
    }
  }

  private DamagedPartitions(Path file) {
    this.file = file;
  }

  public static DamagedPartitions in(EngineFolders folders) {
    return new DamagedPartitions(folders.ignite().resolve("damaged-partitions"));
  }

  /** Whether a page that could not be read is behind an exception. */
  public static boolean isBehind(Throwable fault) {
    return Place.of(fault) != null;
  }

  /** Turns what ended a start into a sentence, if it was a page that every start has to read. */
  static RuntimeException refusalOf(RuntimeException fault) {
    Place place = Place.of(fault);
    return place == null
        ? fault
        : new StartRefusedException(
            "A page of the file %s is damaged, which every start reads; put the file back."
                .formatted(place.file()),
            fault);
  }

  /**
   * Remembers the partition that a failure names.
   *
   * @return the text to tell an operator, or null when the failure is another one
   */
  @Nullable String note(@Nullable Throwable failure) {
    Place place = failure == null ? null : Place.of(failure);
    if (place == null) {
      return null;
    }
    synchronized (this) {
      try {
        if (!of(place.group()).contains(place.partition())) {
          Files.writeString(
              file,
              place.line() + "\n",
              StandardCharsets.US_ASCII,
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return place.line();
  }

  /** The numbers of a cache group's damaged partitions. */
  public synchronized Set<Integer> of(String group) {
    Set<Integer> partitions = new TreeSet<>();
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
          String[] words = line.strip().split(" ", -1);
          if (words.length == 2 && words[0].equals(group)) {
            partitions.add(Integer.parseInt(words[1]));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Collections.unmodifiableSet(partitions);
  }
}
