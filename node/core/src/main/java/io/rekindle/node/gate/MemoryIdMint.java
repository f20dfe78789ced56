package io.rekindle.node.gate;

import io.rekindle.node.model.Command;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryCommand.StoreItem;
import io.rekindle.node.model.MemoryId;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;

/**
 * Makes the ids of new memories: UUIDs of version 7 (RFC 9562, section 5.7), so that ids sort by
 * time of creation. Ids exist before the intent is recorded, so that a crash between intent and
 * outcome can be resolved by looking for them. Thread-safe.
 */
final class MemoryIdMint {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT_RFC = 0x8000_0000_0000_0000L;
  private static final long RANDOM_62 = 0x3FFF_FFFF_FFFF_FFFFL;
  private static final int RANDOM_12 = 0xFFF;

  private final SecureRandom random = new SecureRandom();
  private final InstantSource clock;

  MemoryIdMint(InstantSource clock) {
    this.clock = clock;
  }

  /** Gives an id to every item of a store that has none. */
  Command identify(Command command) {
    if (command instanceof MemoryCommand.Store(var namespace, var items)) {
      return new MemoryCommand.Store(namespace, items.stream().map(this::identify).toList());
    }
    return command;
  }

  private StoreItem identify(StoreItem item) {
    return item.memoryId() != null
        ? item
        : new StoreItem(item.draft(), next(), item.idempotencyKey());
  }

  private MemoryId next() {
    long high = (clock.millis() << 16) | VERSION_7 | (random.nextInt() & RANDOM_12);
    return new MemoryId(new UUID(high, VARIANT_RFC | (random.nextLong() & RANDOM_62)));
  }
}
