package io.rekindle.node.index;

/** What a row holds of the dictionaries, and its declared values. */
final class RowCodes {
  final int[] columns = new int[Dictionaries.COLUMNS];
  final long[] declared;
  final byte[] kinds;

  RowCodes(int declaredPaths) {
    declared = new long[declaredPaths];
    kinds = new byte[declaredPaths];
  }

  /** Those of a row in its block; none when the slot holds no row. */
  static RowCodes of(RowBlock block, int slot, int declaredPaths) {
    RowCodes codes = new RowCodes(declaredPaths);
    for (int column = 0; column < codes.columns.length; column++) {
      codes.columns[column] = block.getInt(RowBlock.FIRST_CODE + column, slot);
    }
    for (int path = 0; path < declaredPaths; path++) {
      codes.declared[path] = block.getLong(RowBlock.DECLARED + path, slot);
      codes.kinds[path] = block.getByte(RowBlock.DECLARED_KIND + path, slot);
    }
    return codes;
  }

  void write(RowBlock block, int slot) {
    for (int column = 0; column < columns.length; column++) {
      block.setInt(RowBlock.FIRST_CODE + column, slot, columns[column]);
    }
    for (int path = 0; path < declared.length; path++) {
      block.setLong(RowBlock.DECLARED + path, slot, declared[path]);
      block.setByte(RowBlock.DECLARED_KIND + path, slot, kinds[path]);
    }
  }
}
