package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Finds the row of a memory id: linear hashing (Litwin, VLDB 1980), off-heap.
 *
 * <p>A bucket is a chain through the links of its rows; each new row beyond one a bucket splits one
 * bucket, so that growth never pauses. Ids may be chosen by callers, hence the secret seed. Guarded
 * by the writer's lock.
 */
final class IdTable {
  private static final BlockShape SHAPE = new BlockShape(12);
  private static final int FIRST_LEVEL = 4;

  private final NativeMemory memory;
  private final Blocks<RowBlock> rows;
  private final List<MemorySegment> heads = new ArrayList<>();
  private final long seed = new SecureRandom().nextLong();
  private int level = FIRST_LEVEL;
  private int split;
  private int size;

  IdTable(NativeMemory memory, Blocks<RowBlock> rows) {
    this.memory = memory;
    this.rows = rows;
    addHeads();
  }

  /** The ordinal of a row, or -1. */
  int find(MemoryId id) {
    UUID value = id.value();
    long high = value.getMostSignificantBits();
    long low = value.getLeastSignificantBits();
    int row = head(bucket(high, low));
    while (row >= 0) {
      RowBlock block = rows.of(row);
      int slot = rows.slot(row);
      if (block.getLong(RowBlock.ID_HIGH, slot) == high
          && block.getLong(RowBlock.ID_LOW, slot) == low) {
        return row;
      }
      row = block.next(slot);
    }
    return -1;
  }

  /** Makes room for one more; throws {@code INDEX_MEMORY_EXHAUSTED} and changes nothing. */
  void reserveOne() {
    int buckets = (1 << level) + split;
    if (size < buckets) {
      return;
    }
    if (SHAPE.block(buckets) == heads.size()) {
      addHeads();
    }
    int row = head(split);
    setHead(split, -1);
    int splitting = split;
    if (++split == 1 << level) {
      level++;
      split = 0;
    }
    while (row >= 0) {
      int next = rows.of(row).next(rows.slot(row));
      int bucket = bucketOf(row);
      assert bucket == splitting || bucket == buckets;
      push(bucket, row);
      row = next;
    }
  }

  /** Adds a row, by the id in its columns, after {@link #reserveOne}. */
  void add(int row) {
    push(bucketOf(row), row);
    size++;
  }

  /** Takes a row out, by the id in its columns. */
  void remove(int row) {
    int bucket = bucketOf(row);
    int after = rows.of(row).next(rows.slot(row));
    int before = head(bucket);
    if (before == row) {
      setHead(bucket, after);
    } else {
      while (rows.of(before).next(rows.slot(before)) != row) {
        before = rows.of(before).next(rows.slot(before));
      }
      rows.of(before).setNext(rows.slot(before), after);
    }
    size--;
  }

  private void push(int bucket, int row) {
    rows.of(row).setNext(rows.slot(row), head(bucket));
    setHead(bucket, row);
  }

  private int bucketOf(int row) {
    RowBlock block = rows.of(row);
    int slot = rows.slot(row);
    return bucket(block.getLong(RowBlock.ID_HIGH, slot), block.getLong(RowBlock.ID_LOW, slot));
  }

  private int bucket(long high, long low) {
    int hash = (int) mix(mix(high ^ seed) + low) & Integer.MAX_VALUE;
    int bucket = hash & ((1 << level) - 1);
    return bucket < split ? hash & ((2 << level) - 1) : bucket;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  private void addHeads() {
    heads.add(memory.allocate((long) SHAPE.capacity(heads.size()) * Integer.BYTES));
  }

  private int head(int bucket) {
    return heads.get(SHAPE.block(bucket)).getAtIndex(ValueLayout.JAVA_INT, SHAPE.slot(bucket)) - 1;
  }

  private void setHead(int bucket, int row) {
    heads.get(SHAPE.block(bucket)).setAtIndex(ValueLayout.JAVA_INT, SHAPE.slot(bucket), row + 1);
  }
}
