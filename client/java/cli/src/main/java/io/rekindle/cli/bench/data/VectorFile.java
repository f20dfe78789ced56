package io.rekindle.cli.bench.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rekindle.cli.CommandFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Vectors of a file, mapped and not read into the heap: the last ones, at most 1,000 and at most a
 * tenth, are held out as queries. They are stored and compared at length 1.
 */
public final class VectorFile implements VectorSource, AutoCloseable {
  static final int VECTORS_MAX = 10_000_000;
  static final int DIMENSIONS_MIN = 2;
  static final int DIMENSIONS_MAX = 4_096;
  private static final int QUERIES_MAX = 1_000;
  private static final int DIGEST_PIECE = 1 << 20;

  private final Path file;
  private final Arena arena;
  private final MemorySegment bytes;
  private final VectorLayout layout;
  private final int queries;
  private final String digest;

  private VectorFile(Path file, Arena arena, MemorySegment bytes, VectorLayout layout) {
    this.file = file;
    this.arena = arena;
    this.bytes = bytes;
    this.layout = layout;
    this.queries = Math.clamp(layout.count() / 10, 1, QUERIES_MAX);
    this.digest = digest(bytes);
  }

  /**
   * Opens a file in the format that its name says: {@code .fvecs} or {@code .npy}.
   *
   * @throws CommandFailedException when it is of another format, or damaged, with the place
   */
  public static VectorFile open(Path file) {
    String name = file.toString();
    if (!name.endsWith(".fvecs") && !name.endsWith(".npy")) {
      throw new CommandFailedException(
          file + " is no file of vectors by its name, which has to end in .fvecs or .npy");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      VectorLayout layout =
          name.endsWith(".npy") ? NpyFormat.layout(bytes) : FvecsFormat.layout(bytes);
      return new VectorFile(file, arena, bytes, layout);
    } catch (DamagedVectorsException e) {
      arena.close();
      throw new CommandFailedException(file + " " + e.getMessage(), e);
    } catch (IOException e) {
      arena.close();
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public int dimensions() {
    return layout.dimensions();
  }

  @Override
  public int memoriesMax() {
    return layout.count() - queries;
  }

  @Override
  public float[] memory(int number) {
    if (number >= memoriesMax()) {
      throw new IndexOutOfBoundsException(number);
    }
    return vector(number);
  }

  @Override
  public float[] query(int number) {
    return vector(memoriesMax() + number % queries);
  }

  private float[] vector(int number) {
    float[] vector = new float[layout.dimensions()];
    long offset = layout.offset(number);
    for (int i = 0; i < vector.length; i++) {
      vector[i] = bytes.get(layout.element(), offset + (long) i * Float.BYTES);
      if (!Float.isFinite(vector[i])) {
        throw new CommandFailedException(
            "%s has a number that is not finite: vector %,d, dimension %d (both from 0)"
                .formatted(file, number, i));
      }
    }
    if (!UnitVectors.normalize(vector)) {
      throw new CommandFailedException(
          "%s has a vector without a direction: %,d (from 0) is all zeros, or too long"
              .formatted(file, number));
    }
    return vector;
  }

  @Override
  public String label() {
    return "file-" + digest;
  }

  private static String digest(MemorySegment bytes) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update("vectors".getBytes(UTF_8));
      for (long from = 0; from < bytes.byteSize(); from += DIGEST_PIECE) {
        long length = Math.min(DIGEST_PIECE, bytes.byteSize() - from);
        ByteBuffer piece = bytes.asSlice(from, length).asByteBuffer();
        sha.update(piece);
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  /** Refuses counts that no measurement uses, and files that claim them. */
  static int count(long count) throws DamagedVectorsException {
    if (count < 2 || count > VECTORS_MAX) {
      throw new DamagedVectorsException(
          "has %,d vectors; 2 to %,d can be used".formatted(count, VECTORS_MAX));
    }
    return (int) count;
  }

  /** Refuses dimensions that no namespace takes. */
  static int dimensions(long dimensions) throws DamagedVectorsException {
    if (dimensions < DIMENSIONS_MIN || dimensions > DIMENSIONS_MAX) {
      throw new DamagedVectorsException(
          "has vectors of %,d dimensions; %d to %,d can be used"
              .formatted(dimensions, DIMENSIONS_MIN, DIMENSIONS_MAX));
    }
    return (int) dimensions;
  }

  /** Where vectors lie in a file. */
  record VectorLayout(
      int count, int dimensions, long first, long stride, ValueLayout.OfFloat element) {
    long offset(int number) {
      return first + number * stride;
    }
  }
}
