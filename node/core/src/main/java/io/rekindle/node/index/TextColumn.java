package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter.Field;
import org.jspecify.annotations.Nullable;

/**
 * Where rows keep the codes of one field's texts.
 *
 * @param number of the column or declared path
 */
record TextColumn(Dictionary<String> dictionary, int number, boolean isDeclared) {
  /** Of a column of texts or a declared path; null for any other field. */
  static @Nullable TextColumn of(Dictionaries dictionaries, Field field) {
    return switch (field) {
      case Field.OfColumn(var column) -> {
        int number = Dictionaries.columnOf(column);
        yield number < 0 || number >= Dictionaries.TAGS
            ? null
            : new TextColumn(dictionaries.texts(number), number, false);
      }
      case Field.OfMetadata(String path) -> {
        int number = dictionaries.pathOf(path);
        yield number < 0 ? null : new TextColumn(dictionaries.declared(number), number, true);
      }
    };
  }

  /** A row's code, or {@link Dictionary#NONE}; anything at all while the row changes. */
  int code(RowBlock block, int slot) {
    if (!isDeclared) {
      return block.getInt(RowBlock.FIRST_CODE + number, slot);
    }
    return block.getByte(RowBlock.DECLARED_KIND + number, slot) == Dictionaries.TEXT
        ? (int) block.getLong(RowBlock.DECLARED + number, slot)
        : Dictionary.NONE;
  }
}
