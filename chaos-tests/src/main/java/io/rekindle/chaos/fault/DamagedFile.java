package io.rekindle.chaos.fault;

import io.rekindle.chaos.cluster.ChaosNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Bits of a file of a stopped node that flip. */
public final class DamagedFile {
  private static final int BLOCK_BYTES = 4_096;

  /** Which file of the folder. */
  public enum Kind {
    /** The largest partition of what customers stored. */
    PAGE("ignite/db", "cacheGroup-slices.*/part-[0-9]+\\.bin"),
    /** The tail of the audit's chain. */
    AUDIT("audit", ".*"),
    /** A snapshot of vectors. */
    VECTORS("index/vectors", ".*"),
    /** A file of words. */
    WORDS("index/words", ".*");

    private final String below;
    private final String pattern;

    Kind(String below, String pattern) {
      this.below = below;
      this.pattern = pattern;
    }
  }

  private DamagedFile() {}

  /** Whether a node that may be running has one to damage. */
  public static boolean isThere(ChaosNode node, Kind kind) {
    try {
      return largest(node, kind).isPresent();
    } catch (UncheckedIOException e) {
      return false; // It replaced a file in the meantime; whoever asks asks again.
    }
  }

  /**
   * Damages the largest file of a kind.
   *
   * @return false when there is none
   */
  public static boolean damage(ChaosNode node, Kind kind, Random random) {
    Optional<Path> largest = largest(node, kind);
    try {
      if (largest.isPresent()) {
        flip(largest.get(), kind, random);
      }
      return largest.isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> largest(ChaosNode node, Kind kind) {
    Path below = node.folder().resolve(kind.below);
    try (Stream<Path> files = Files.exists(below) ? Files.walk(below) : Stream.empty()) {
      return files
          .filter(Files::isRegularFile)
          .filter(it -> below.relativize(it).toString().matches("(.*/)?" + kind.pattern))
          .filter(it -> it.toFile().length() > 0)
          .max(Comparator.comparingLong(it -> it.toFile().length()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bit of a tenth of the blocks of a page file, or one bit of another file. */
  private static void flip(Path path, Kind kind, Random random) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      long blocks = kind == Kind.PAGE ? file.length() / BLOCK_BYTES / 10 : 1;
      long from = kind == Kind.PAGE ? file.length() * 6 / 10 / BLOCK_BYTES * BLOCK_BYTES : 0;
      for (long i = 0; i < Math.max(1, blocks); i++) {
        long within = Math.min(BLOCK_BYTES, file.length());
        long place = from + i * BLOCK_BYTES + random.nextLong(within / 4, within * 3 / 4);
        file.seek(place);
        int value = file.read();
        file.seek(place);
        file.write(value ^ 1);
      }
    }
  }
}
