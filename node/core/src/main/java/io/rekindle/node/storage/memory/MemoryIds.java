package io.rekindle.node.storage.memory;

import io.rekindle.node.model.MemoryId;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/** Makes UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. */
final class MemoryIds {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private final SecureRandom random = new SecureRandom();

  MemoryId next(Instant now) {
    long high = (now.toEpochMilli() << 16) | VERSION_7 | (random.nextLong() & 0xFFF);
    long low = VARIANT | (random.nextLong() >>> 2);
    return new MemoryId(new UUID(high, low));
  }
}
