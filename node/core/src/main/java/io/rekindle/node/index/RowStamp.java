package io.rekindle.node.index;

import io.rekindle.node.model.MemoryColumns;

/**
 * Tells one writing of a row from every other: what a snapshot has of it is right as long as the
 * row has the same stamp.
 *
 * <p>A version alone does not: a memory that is deleted and stored again under its id begins at one
 * again, and after a restore from a backup the same number is given out twice. The times tell these
 * apart.
 */
record RowStamp(long version, long contentVersion, long createdAtMicros, long updatedAtMicros) {
  static final int BYTES = 4 * Long.BYTES;

  static RowStamp of(MemoryColumns columns) {
    return new RowStamp(
        columns.version(),
        columns.contentVersion(),
        SliceTables.micros(columns.createdAt()),
        SliceTables.micros(columns.updatedAt()));
  }

  static RowStamp read(RowBlock block, int slot) {
    return new RowStamp(
        block.getLong(RowBlock.VERSION, slot),
        block.getLong(RowBlock.CONTENT_VERSION, slot),
        block.getLong(RowBlock.CREATED_AT, slot),
        block.getLong(RowBlock.UPDATED_AT, slot));
  }

  void write(RowBlock block, int slot) {
    block.setLong(RowBlock.VERSION, slot, version);
    block.setLong(RowBlock.CONTENT_VERSION, slot, contentVersion);
    block.setLong(RowBlock.CREATED_AT, slot, createdAtMicros);
    block.setLong(RowBlock.UPDATED_AT, slot, updatedAtMicros);
  }
}
