package io.rekindle.node.index;

import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot takes of an index, and what becomes of it in another one: it waits there ({@link
 * SliceTables#putKept}) until its row comes, and is discarded should that be another, or none.
 * Guarded by the index's lock.
 */
final class KeptMemories {
  private final SliceTables tables;

  KeptMemories(SliceTables tables) {
    this.tables = tables;
  }

  /** Discards what a snapshot had of a memory, if it is still all that is known of that. */
  void discard(MemoryId id) {
    int row = tables.find(id);
    if (row >= 0 && isKept(row)) {
      tables.removeRow(id);
    }
  }

  /**
   * As {@link #discard(MemoryId)}, unless it belongs to this row, which has so many chunks; says
   * whether it did.
   */
  boolean discardBut(IndexRow present, int chunks) {
    MemoryColumns columns = present.columns();
    int row = tables.find(columns.memoryId());
    if (row >= 0 && isKept(row)) {
      RowBlock block = tables.rows().of(row);
      int slot = tables.rows().slot(row);
      boolean same =
          RowStamp.read(block, slot).equals(RowStamp.of(columns))
              && block.getInt(RowBlock.VECTORS, slot) == chunks;
      return !same && tables.removeRow(columns.memoryId());
    }
    return false;
  }

  /** Discards what a snapshot had of the memories in a range of ordinals whose rows never came. */
  void discard(int fromRow, int toRow) {
    for (int row = fromRow; row < toRow; row++) {
      if (isKept(row)) {
        tables.removeRow(idOf(row));
      }
    }
  }

  private boolean isKept(int row) {
    return state(row) == RowBlock.KEPT;
  }

  private byte state(int row) {
    return tables.rows().of(row).getByte(RowBlock.STATE, tables.rows().slot(row));
  }

  private MemoryId idOf(int row) {
    RowBlock block = tables.rows().of(row);
    int slot = tables.rows().slot(row);
    return new MemoryId(
        new UUID(block.getLong(RowBlock.ID_HIGH, slot), block.getLong(RowBlock.ID_LOW, slot)));
  }

  /** What a snapshot is to have of a row, or null: nothing, or not all of it is there yet. */
  @Nullable KeptMemory keep(int row) {
    RowBlock block = tables.rows().of(row);
    int slot = tables.rows().slot(row);
    int count = block.getInt(RowBlock.VECTORS, slot);
    if (state(row) != RowBlock.PRESENT || count == 0) {
      return null;
    }
    List<KeptMemory.Vector> kept = new ArrayList<>(count);
    for (int vector = block.getInt(RowBlock.FIRST_VECTOR, slot) - 1; vector >= 0; ) {
      VectorBlock holder = tables.vectors().of(vector);
      int place = tables.vectors().slot(vector);
      if (holder.owner(place) <= 0) {
        return null;
      }
      kept.add(new KeptMemory.Vector(holder.chunk(place), holder.code(place)));
      vector = holder.next(place);
    }
    return new KeptMemory(idOf(row), RowStamp.read(block, slot), kept);
  }
}
