package io.rekindle.node.index;

import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.model.MemoryColumns;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The dictionaries of an index: one for each column of text or labels and each declared path. */
final class Dictionaries {
  // Columns, in the order of their codes in a row.
  static final int EXTERNAL_KEY = 0;
  static final int AGENT_ID = 1;
  static final int SESSION_ID = 2;
  static final int MEMORY_TYPE = 3;
  static final int TAGS = 4;
  static final int PATH = 5;
  static final int COLUMNS = 6;

  // Kinds of values at a declared path.
  static final byte ABSENT = 0;
  static final byte TEXT = 1;
  static final byte NUMBER = 2;
  static final byte TRUTH = 3;

  /** Of a list and of each text, as the JVM lays them out, in bytes. */
  private static final long OBJECT_BYTES = 56;

  private final List<Dictionary<String>> texts = new ArrayList<>();
  private final List<Dictionary<List<String>>> lists = new ArrayList<>();
  private final List<Dictionary<String>> declared = new ArrayList<>();

  /** All of them, in this order. */
  private final List<Dictionary<?>> dictionaries = new ArrayList<>();

  private final List<String> paths;

  Dictionaries(NativeMemory memory, List<String> paths) {
    this.paths = paths;
    for (int column = 0; column < COLUMNS; column++) {
      if (column < TAGS) {
        texts.add(new Dictionary<>(memory, Dictionaries::bytesOf));
      } else {
        lists.add(new Dictionary<>(memory, Dictionaries::bytesOfList));
      }
    }
    paths.forEach(_ -> declared.add(new Dictionary<>(memory, Dictionaries::bytesOf)));
    dictionaries.addAll(texts);
    dictionaries.addAll(lists);
    dictionaries.addAll(declared);
  }

  private static long bytesOf(String text) {
    return OBJECT_BYTES + 2L * text.length();
  }

  private static long bytesOfList(List<String> list) {
    return OBJECT_BYTES + list.stream().mapToLong(Dictionaries::bytesOf).sum();
  }

  /** The number of a column that has texts or labels, or -1. */
  static int columnOf(Column column) {
    return switch (column) {
      case EXTERNAL_KEY -> EXTERNAL_KEY;
      case AGENT_ID -> AGENT_ID;
      case SESSION_ID -> SESSION_ID;
      case MEMORY_TYPE -> MEMORY_TYPE;
      case TAGS -> TAGS;
      case PATH -> PATH;
      default -> -1;
    };
  }

  Dictionary<String> texts(int column) {
    return texts.get(column);
  }

  Dictionary<List<String>> lists(int column) {
    return lists.get(column - TAGS);
  }

  Dictionary<String> declared(int path) {
    return declared.get(path);
  }

  int declaredPaths() {
    return paths.size();
  }

  /** The number of a declared path, or -1. */
  int pathOf(String path) {
    return paths.indexOf(path);
  }

  /** Takes the codes of a row; throws {@code INDEX_MEMORY_EXHAUSTED} and holds none then. */
  RowCodes take(IndexRow row) {
    RowCodes codes = new RowCodes(declared.size());
    try {
      MemoryColumns columns = row.columns();
      for (int column = 0; column < TAGS; column++) {
        String value = text(columns, column);
        codes.columns[column] = value == null ? Dictionary.NONE : texts.get(column).take(value);
      }
      codes.columns[TAGS] = takeList(TAGS, columns.tags());
      codes.columns[PATH] = takeList(PATH, columns.path());
      for (int path = 0; path < declared.size(); path++) {
        takeDeclared(codes, path, row.declared().get(paths.get(path)));
      }
      return codes;
    } catch (RuntimeException e) {
      letGo(codes);
      throw e;
    }
  }

  private static @Nullable String text(MemoryColumns columns, int column) {
    return switch (column) {
      case EXTERNAL_KEY -> columns.externalKey();
      case AGENT_ID -> columns.agentId();
      case SESSION_ID -> columns.sessionId();
      default -> columns.memoryType();
    };
  }

  private int takeList(int column, List<String> list) {
    return list.isEmpty() ? Dictionary.NONE : lists(column).take(list);
  }

  private void takeDeclared(RowCodes codes, int path, @Nullable Literal literal) {
    switch (literal) {
      case Literal.Text(String value) -> {
        codes.declared[path] = declared.get(path).take(value);
        codes.kinds[path] = TEXT;
      }
      case Literal.Numeric(double value) -> {
        codes.declared[path] = Double.doubleToRawLongBits(value);
        codes.kinds[path] = NUMBER;
      }
      case Literal.Truth(boolean value) -> {
        codes.declared[path] = value ? 1 : 0;
        codes.kinds[path] = TRUTH;
      }
      case null, default -> codes.kinds[path] = ABSENT;
    }
  }

  /**
   * Enters a row into the sets of the codes that it takes, but for those that it holds already.
   * Throws {@code INDEX_MEMORY_EXHAUSTED}, and the sets are as before then.
   */
  void enter(int row, RowCodes codes, RowCodes held) {
    int entered = 0;
    try {
      for (; entered < dictionaries.size(); entered++) {
        int code = code(codes, entered);
        if (code != code(held, entered)) {
          dictionaries.get(entered).enter(code, row);
        }
      }
    } catch (RuntimeException e) {
      leave(row, codes, held, entered);
      throw e;
    }
  }

  /** Takes a row out of the sets of the codes that it held, but for those that it holds still. */
  void leave(int row, RowCodes held, RowCodes codes) {
    leave(row, held, codes, dictionaries.size());
  }

  private void leave(int row, RowCodes from, RowCodes but, int end) {
    for (int number = 0; number < end; number++) {
      int code = code(from, number);
      if (code != code(but, number)) {
        dictionaries.get(number).leave(code, row);
      }
    }
  }

  /** A row's code in a dictionary; none where a declared path has no text. */
  private static int code(RowCodes codes, int dictionary) {
    if (dictionary < COLUMNS) {
      return codes.columns[dictionary];
    }
    int path = dictionary - COLUMNS;
    return codes.kinds[path] == TEXT ? (int) codes.declared[path] : Dictionary.NONE;
  }

  /** Lets go of all that a row held. */
  void letGo(RowCodes codes) {
    for (int number = 0; number < dictionaries.size(); number++) {
      dictionaries.get(number).letGo(code(codes, number));
    }
  }
}
