package io.rekindle.node.index;

import io.rekindle.node.index.scan.Quantizer;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import java.time.Instant;
import java.util.Iterator;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows, vectors and the table of ids of one index, and every change of them.
 *
 * <p>Changes are guarded by the index's lock. Each does first what may be refused (blocks,
 * dictionary entries, sets of rows), then takes a number in the log, then publishes in one
 * generation of the row, then leaves the sets and lets go of what was replaced. That order is what
 * readers of the sets count on: see {@link ChangeLog}.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // There is one writer at a time.
final class SliceTables {
  /** Stands for "never expires"; no time of a memory is that early. */
  static final long NEVER = Long.MIN_VALUE;

  private final Blocks<RowBlock> rows;
  private final Blocks<VectorBlock> vectors;
  private final IdTable ids;
  private final Dictionaries dictionaries;
  private final VectorFloats floats;
  private final VectorCodes codes;
  private final ChangeLog changes = new ChangeLog();
  private volatile int rowsPresent;
  private volatile int vectorsStored;
  private volatile int vectorsCounting;

  SliceTables(IndexSettings settings, NativeMemory memory) {
    int dimensions = settings.dimensions();
    int declared = settings.declaredPaths().size();
    long rowBytes = RowBlock.slotBytes(declared);
    long vectorBytes = VectorBlock.slotBytes(dimensions);
    memory.reserve(ChangeLog.BYTES);
    this.dictionaries = new Dictionaries(memory, settings.declaredPaths());
    this.rows =
        new Blocks<>(
            BlockShape.ofSlotBytes(rowBytes),
            capacity -> new RowBlock(memory.allocate(capacity * rowBytes), capacity, declared));
    this.vectors =
        new Blocks<>(
            BlockShape.ofSlotBytes(vectorBytes),
            capacity ->
                new VectorBlock(memory.allocate(capacity * vectorBytes), capacity, dimensions));
    this.ids = new IdTable(memory, rows);
    this.codes = new VectorCodes();
    // Last: what it takes, the memory of the rest does not give back.
    this.floats =
        new VectorFloats(
            new FloatBlocks(vectors, memory.ofItsOwn(), dimensions), settings.floatsMax());
  }

  Blocks<RowBlock> rows() {
    return rows;
  }

  Blocks<VectorBlock> vectors() {
    return vectors;
  }

  VectorFloats floats() {
    return floats;
  }

  VectorCodes codes() {
    return codes;
  }

  Dictionaries dictionaries() {
    return dictionaries;
  }

  /**
   * The number of the newest change of a row. A row that carries a number up to this one was
   * written with codes that the dictionaries know by now.
   */
  long changes() {
    return changes.last();
  }

  /** The newest changes and their rows. */
  ChangeLog changeLog() {
    return changes;
  }

  int rowsPresent() {
    return rowsPresent;
  }

  /** With those that wait. */
  int vectorsStored() {
    return vectorsStored;
  }

  int vectorsCounting() {
    return vectorsCounting;
  }

  int vectorsWaiting() {
    return vectorsStored - vectorsCounting;
  }

  /** The ordinals of the vectors of the next few ids; under the lock. */
  int[] vectorsOf(Iterator<MemoryId> some, int idsMax) {
    IntStream.Builder found = IntStream.builder();
    for (int i = 0; i < idsMax && some.hasNext(); i++) {
      int row = ids.find(some.next());
      int vector = row < 0 ? -1 : firstVector(row);
      while (vector >= 0) {
        found.add(vector);
        vector = vectors.of(vector).next(vectors.slot(vector));
      }
    }
    return found.build().toArray();
  }

  boolean putRow(IndexRow row) {
    MemoryColumns columns = row.columns();
    int found = ids.find(columns.memoryId());
    if (found >= 0 && isPresent(found) && version(found) > columns.version()) {
      return false;
    }
    RowCodes codes = dictionaries.take(row);
    int ordinal;
    try {
      ordinal = found >= 0 ? found : newRow(columns.memoryId());
      enter(ordinal, codes, found < 0);
    } catch (RuntimeException e) {
      dictionaries.letGo(codes);
      throw e;
    }
    RowBlock block = rows.of(ordinal);
    int slot = rows.slot(ordinal);
    RowCodes before = codesOf(ordinal);
    boolean isNew = !isPresent(ordinal);
    changes.add(ordinal);
    block.beginChange(slot);
    writeColumns(block, slot, columns);
    codes.write(block, slot);
    block.setLong(RowBlock.CHANGE, slot, changes.last());
    block.setByte(RowBlock.STATE, slot, RowBlock.PRESENT);
    settleVectors(ordinal, block, slot);
    block.endChange(slot);
    dictionaries.leave(ordinal, before, codes);
    dictionaries.letGo(before);
    rowsPresent += isNew ? 1 : 0;
    return true;
  }

  /** Enters a row into the sets of its new codes; one that was made for it goes when refused. */
  private void enter(int row, RowCodes codes, boolean isNew) {
    try {
      dictionaries.enter(row, codes, codesOf(row));
    } catch (RuntimeException e) {
      if (isNew) {
        ids.remove(row);
        eraseRow(row);
      }
      throw e;
    }
  }

  private void eraseRow(int row) {
    RowBlock block = rows.of(row);
    int slot = rows.slot(row);
    block.beginChange(slot);
    block.erase(slot);
    block.endChange(slot);
    rows.giveBack(row);
  }

  private RowCodes codesOf(int row) {
    return RowCodes.of(rows.of(row), rows.slot(row), dictionaries.declaredPaths());
  }

  boolean putVector(
      MemoryId id, int chunk, long contentVersion, Quantizer.Code code, float[] vector) {
    int found = ids.find(id);
    if (found >= 0 && isPresent(found) && contentVersion(found) > contentVersion) {
      return false;
    }
    int known = found >= 0 ? findVector(found, chunk) : -1;
    if (known >= 0 && vectors.of(known).contentVersion(vectors.slot(known)) > contentVersion) {
      return false;
    }
    floats.admit(known >= 0 ? vectorsStored : vectorsStored + 1);
    int ordinal = known >= 0 ? known : vectors.take();
    int row;
    try {
      floats.reserve(ordinal);
      row = found >= 0 ? found : newRow(id);
    } catch (RuntimeException e) {
      if (known < 0) {
        vectors.giveBack(ordinal);
      }
      throw e;
    }
    RowBlock rowBlock = rows.of(row);
    int rowSlot = rows.slot(row);
    codes.write(ordinal, vector);
    changes.add(row);
    rowBlock.beginChange(rowSlot);
    if (known < 0) {
      link(row, ordinal);
      vectorsStored++;
    }
    vectors.of(ordinal).write(vectors.slot(ordinal), chunk, contentVersion, code);
    floats.write(ordinal, vector);
    settle(ordinal, row);
    rowBlock.endChange(rowSlot);
    return true;
  }

  /**
   * Takes what a snapshot has of a memory, unless the memory is known. Its vectors wait until its
   * row comes, and are discarded should that be another.
   */
  boolean putKept(KeptMemory kept) {
    if (ids.find(kept.id()) >= 0) {
      return false;
    }
    int row = newRow(kept.id());
    RowBlock block = rows.of(row);
    int slot = rows.slot(row);
    block.setByte(RowBlock.STATE, slot, RowBlock.KEPT);
    kept.stamp().write(block, slot);
    try {
      for (KeptMemory.Vector vector : kept.vectors()) {
        int ordinal = vectors.take();
        link(row, ordinal);
        vectorsStored++;
        vectors
            .of(ordinal)
            .write(
                vectors.slot(ordinal),
                vector.chunk(),
                kept.stamp().contentVersion(),
                vector.code());
        settle(ordinal, row);
      }
    } catch (RuntimeException e) {
      removeRow(kept.id());
      throw e;
    }
    return true;
  }

  /** The ordinal of whatever is known of a memory, or -1. */
  int find(MemoryId id) {
    return ids.find(id);
  }

  boolean removeRow(MemoryId id) {
    int row = ids.find(id);
    if (row < 0) {
      return false;
    }
    RowBlock block = rows.of(row);
    int slot = rows.slot(row);
    boolean wasPresent = isPresent(row);
    RowCodes codes = codesOf(row);
    ids.remove(row);
    changes.add(row);
    block.beginChange(slot);
    for (int vector = firstVector(row); vector >= 0; ) {
      int next = vectors.of(vector).next(vectors.slot(vector));
      eraseVector(vector);
      vector = next;
    }
    block.erase(slot);
    block.endChange(slot);
    dictionaries.leave(row, codes, codesOf(row));
    dictionaries.letGo(codes);
    rows.giveBack(row);
    rowsPresent -= wasPresent ? 1 : 0;
    return true;
  }

  boolean removeVector(MemoryId id, int chunk) {
    int row = ids.find(id);
    int vector = row < 0 ? -1 : findVector(row, chunk);
    if (vector < 0) {
      return false;
    }
    changes.add(row);
    rows.of(row).beginChange(rows.slot(row));
    unlink(row, vector);
    eraseVector(vector);
    rows.of(row).endChange(rows.slot(row));
    if (!isPresent(row) && firstVector(row) < 0) {
      removeRow(id);
    }
    return true;
  }

  /** The stored content version of a chunk, or null. */
  @Nullable Long vectorVersion(MemoryId id, int chunk) {
    int row = ids.find(id);
    int vector = row < 0 ? -1 : findVector(row, chunk);
    return vector < 0 ? null : vectors.of(vector).contentVersion(vectors.slot(vector));
  }

  /** The ordinal of a row that is present, or -1. */
  int rowOf(MemoryId id) {
    int row = ids.find(id);
    return row < 0 || !isPresent(row) ? -1 : row;
  }

  /** The stored version of a row, or null. */
  @Nullable Long rowVersion(MemoryId id) {
    int row = ids.find(id);
    return row < 0 || !isPresent(row) ? null : version(row);
  }

  private int newRow(MemoryId id) {
    ids.reserveOne();
    int row = rows.take();
    RowBlock block = rows.of(row);
    int slot = rows.slot(row);
    UUID value = id.value();
    block.setLong(RowBlock.ID_HIGH, slot, value.getMostSignificantBits());
    block.setLong(RowBlock.ID_LOW, slot, value.getLeastSignificantBits());
    block.setByte(RowBlock.STATE, slot, RowBlock.AWAITED);
    ids.add(row);
    return row;
  }

  @SuppressWarnings("EnumOrdinal") // Never leaves this process.
  private static void writeColumns(RowBlock block, int slot, MemoryColumns columns) {
    block.setLong(RowBlock.VERSION, slot, columns.version());
    block.setLong(RowBlock.CONTENT_VERSION, slot, columns.contentVersion());
    block.setLong(RowBlock.CREATED_AT, slot, micros(columns.createdAt()));
    block.setLong(RowBlock.UPDATED_AT, slot, micros(columns.updatedAt()));
    Instant expiresAt = columns.expiresAt();
    block.setLong(RowBlock.EXPIRES_AT, slot, expiresAt == null ? NEVER : micros(expiresAt));
    block.setInt(RowBlock.IMPORTANCE, slot, Float.floatToRawIntBits(columns.importance()));
    block.setByte(RowBlock.SENSITIVITY, slot, (byte) columns.sensitivity().ordinal());
    block.setByte(RowBlock.STATUS, slot, (byte) columns.embeddingStatus().ordinal());
  }

  /** Microseconds since the epoch, rounded down. */
  static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }

  /** Erases the vectors of older content, and lets those of the row's content count. */
  private void settleVectors(int row, RowBlock block, int slot) {
    long contentVersion = block.getLong(RowBlock.CONTENT_VERSION, slot);
    for (int vector = firstVector(row); vector >= 0; ) {
      VectorBlock holder = vectors.of(vector);
      int next = holder.next(vectors.slot(vector));
      if (holder.contentVersion(vectors.slot(vector)) < contentVersion) {
        unlink(row, vector);
        eraseVector(vector);
      } else {
        settle(vector, row);
      }
      vector = next;
    }
  }

  /**
   * Lets a vector count, or wait. One that counts already is left alone: readers pass over a vector
   * that waits without asking its row's generation.
   */
  private void settle(int vector, int row) {
    VectorBlock block = vectors.of(vector);
    int slot = vectors.slot(vector);
    boolean counted = block.owner(slot) > 0;
    boolean counts = isPresent(row) && block.contentVersion(slot) == contentVersion(row);
    block.setOwner(slot, counts ? row + 1 : -(row + 1));
    vectorsCounting += (counts ? 1 : 0) - (counted ? 1 : 0);
  }

  /** Overwrites a vector that is out of its row's chain, or whose chain goes with it. */
  private void eraseVector(int vector) {
    VectorBlock block = vectors.of(vector);
    int slot = vectors.slot(vector);
    vectorsCounting -= block.owner(slot) > 0 ? 1 : 0;
    vectorsStored--;
    block.erase(slot);
    floats.erase(vector);
    codes.erase(vector);
    vectors.giveBack(vector);
  }

  private void link(int row, int vector) {
    vectors.of(vector).setNext(vectors.slot(vector), firstVector(row));
    setFirstVector(row, vector, 1);
  }

  private void unlink(int row, int vector) {
    int after = vectors.of(vector).next(vectors.slot(vector));
    int before = firstVector(row);
    if (before == vector) {
      setFirstVector(row, after, -1);
      return;
    }
    while (vectors.of(before).next(vectors.slot(before)) != vector) {
      before = vectors.of(before).next(vectors.slot(before));
    }
    vectors.of(before).setNext(vectors.slot(before), after);
    setFirstVector(row, firstVector(row), -1);
  }

  private void setFirstVector(int row, int vector, int more) {
    RowBlock block = rows.of(row);
    int slot = rows.slot(row);
    block.setInt(RowBlock.FIRST_VECTOR, slot, vector + 1);
    block.setInt(RowBlock.VECTORS, slot, block.getInt(RowBlock.VECTORS, slot) + more);
  }

  private int firstVector(int row) {
    return rows.of(row).getInt(RowBlock.FIRST_VECTOR, rows.slot(row)) - 1;
  }

  private int findVector(int row, int chunk) {
    int vector = firstVector(row);
    while (vector >= 0 && vectors.of(vector).chunk(vectors.slot(vector)) != chunk) {
      vector = vectors.of(vector).next(vectors.slot(vector));
    }
    return vector;
  }

  private boolean isPresent(int row) {
    return rows.of(row).getByte(RowBlock.STATE, rows.slot(row)) == RowBlock.PRESENT;
  }

  private long version(int row) {
    return rows.of(row).getLong(RowBlock.VERSION, rows.slot(row));
  }

  private long contentVersion(int row) {
    return rows.of(row).getLong(RowBlock.CONTENT_VERSION, rows.slot(row));
  }
}
