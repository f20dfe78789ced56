package io.rekindle.cli.bench.data;

import io.rekindle.v1.Memory;
import java.util.UUID;

/**
 * Memories by number, spread evenly over namespaces. Immutable and thread-safe.
 *
 * @param source their vectors
 * @param memories how many, in all namespaces together
 * @param namespaces how many; not more than memories
 */
public record DataSet(VectorSource source, int memories, int namespaces) {
  /** The namespace above all data sets. */
  public static final String ROOT = "bench";

  /** Raise it when a memory of some number becomes another one: names change with it. */
  private static final int FORMAT = 1;

  private static final long ID_HIGH = 0x0190_0000_0000_7000L;
  private static final long ID_LOW = 0x8000_0000_0000_0000L;

  /** Refuses what the source does not have. */
  public DataSet {
    if (memories > source.memoriesMax()) {
      throw new IllegalArgumentException(
          "there are vectors for %,d memories, and %,d are wanted"
              .formatted(source.memoriesMax(), memories));
    }
    if (namespaces < 1 || namespaces > memories) {
      throw new IllegalArgumentException(
          "%,d memories cannot be spread over %,d namespaces".formatted(memories, namespaces));
    }
  }

  /** Of the namespace that stands for the set: its name says all that decides its content. */
  public String name() {
    return "%s/v%d-m%d-n%d-d%d-%s"
        .formatted(ROOT, FORMAT, memories, namespaces, source.dimensions(), source.label());
  }

  /** Of the namespace with this ordinal. */
  public String namespace(int ordinal) {
    return namespaces == 1 ? name() : name() + "/" + ordinal;
  }

  /** Which namespace holds a memory. */
  public int ordinal(int number) {
    return (int) ((long) number * namespaces / memories);
  }

  /** The first memory of a namespace; that of one beyond the last is how many there are. */
  public int first(int ordinal) {
    return (int) (((long) ordinal * memories + namespaces - 1) / namespaces);
  }

  public static String id(int number) {
    return new UUID(ID_HIGH, ID_LOW + number).toString();
  }

  /**
   * The reverse of {@link #id}.
   *
   * @return -1 for an id of another kind
   */
  public static int number(String id) {
    UUID parsed = UUID.fromString(id);
    long number = parsed.getLeastSignificantBits() - ID_LOW;
    boolean own =
        parsed.getMostSignificantBits() == ID_HIGH && number >= 0 && number <= Integer.MAX_VALUE;
    return own ? (int) number : -1;
  }

  public Memory memory(int number) {
    Memory.Builder memory =
        Memory.newBuilder()
            .setMemoryId(id(number))
            .setContent(Sentences.of(number))
            .addAllTags(Share.tags(number))
            .setImportance(Share.importance(number));
    for (float value : source.memory(number)) {
      memory.addVector(value);
    }
    return memory.build();
  }
}
