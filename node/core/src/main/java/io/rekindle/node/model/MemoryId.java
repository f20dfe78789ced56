package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.UUID;

/** The id of a memory, unique within its namespace. */
public record MemoryId(UUID value) implements Comparable<MemoryId> {
  /** Reads the canonical form of 36 characters; anything else is refused. */
  public static MemoryId parse(String text) {
    try {
      UUID id = UUID.fromString(text);
      if (id.toString().equalsIgnoreCase(text)) {
        return new MemoryId(id);
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one refusal.
    }
    throw RekindleException.invalid("memory_id", "a memory id is a UUID of 36 characters");
  }

  /** Orders by the unsigned 128 bits, which for version 7 is by time of creation. */
  @Override
  public int compareTo(MemoryId other) {
    int high =
        Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
    return high != 0
        ? high
        : Long.compareUnsigned(
            value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
