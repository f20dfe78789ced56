package io.rekindle.node.access.filter;

import io.rekindle.node.model.Sensitivity;
import java.util.List;

/** A condition over one memory. Immutable; at most 64 terms and 16 levels when it was parsed. */
public sealed interface Filter {
  Filter ALL = new And(List.of());
  Filter NONE = new Or(List.of());

  /** True when every part is; without parts, true. */
  record And(List<Filter> parts) implements Filter {
    public And {
      parts = List.copyOf(parts);
    }
  }

  /** True when some part is; without parts, false. */
  record Or(List<Filter> parts) implements Filter {
    public Or {
      parts = List.copyOf(parts);
    }
  }

  record Not(Filter part) implements Filter {}

  /**
   * A column or metadata path against a literal; false when the row has no value of that type.
   * Columns of labels have no comparison.
   */
  record Compare(Field field, Operator operator, Literal literal) implements Filter {
    public Compare {
      if (field instanceof Field.OfColumn(Column column) && !column.type().takes(literal)) {
        throw new IllegalArgumentException("the literal is not of the column's type");
      }
    }
  }

  /**
   * Membership: {@code tags:"vip"}, {@code path:"a"} (the path begins with these labels), {@code
   * session_id:*} and {@code metadata.a:*} (the row has a value).
   */
  record Has(Field field, Member member) implements Filter {
    public Has {
      if (member instanceof Member.Labels(List<String> labels)) {
        boolean set = field.equals(new Field.OfColumn(Column.TAGS)) && labels.size() == 1;
        if (!set && !field.equals(new Field.OfColumn(Column.PATH))) {
          throw new IllegalArgumentException("only tags and path have members, tags one at a time");
        }
      }
    }
  }

  /** The order comparisons that a literal allows depend on its type; strings by code point. */
  enum Operator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }

  /** What is compared. */
  sealed interface Field {
    /** A structural column. */
    record OfColumn(Column column) implements Field {}

    /** A path into metadata such as {@code order.status}. */
    record OfMetadata(String path) implements Field {}
  }

  /** The structural columns of the language, by their names in the API in lower case. */
  enum Column {
    MEMORY_ID(Type.TEXT),
    EXTERNAL_KEY(Type.TEXT),
    AGENT_ID(Type.TEXT),
    SESSION_ID(Type.TEXT),
    MEMORY_TYPE(Type.TEXT),
    SENSITIVITY(Type.SENSITIVITY),
    IMPORTANCE(Type.NUMBER),
    HAS_EMBEDDING(Type.BOOLEAN),
    EMBEDDING_STATUS(Type.TEXT),
    CREATED_AT(Type.TIME),
    UPDATED_AT(Type.TIME),
    EXPIRES_AT(Type.TIME),
    VERSION(Type.NUMBER),
    TAGS(Type.TEXT_SET),
    PATH(Type.TEXT_LIST);

    private final Type type;

    Column(Type type) {
      this.type = type;
    }

    public Type type() {
      return type;
    }

    /** Whether the column holds labels, which are asked for by {@link Has} only. */
    public boolean holdsLabels() {
      return type == Type.TEXT_SET || type == Type.TEXT_LIST;
    }
  }

  /** What a column holds. */
  enum Type {
    TEXT,
    NUMBER,
    BOOLEAN,
    TIME,
    SENSITIVITY,
    TEXT_SET,
    TEXT_LIST;

    boolean takes(Literal literal) {
      return switch (literal) {
        case Literal.Text _ -> this == TEXT;
        case Literal.Numeric _ -> this == NUMBER;
        case Literal.Truth _ -> this == BOOLEAN;
        case Literal.Time _ -> this == TIME;
        case Literal.Level _ -> this == SENSITIVITY;
      };
    }
  }

  /** A literal of the filter; a column's literal has the column's type already. */
  sealed interface Literal {
    record Text(String value) implements Literal {}

    /** Finite. For importance, a value of single precision, as it is stored. */
    record Numeric(double value) implements Literal {
      public Numeric {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException("numbers are finite");
        }
      }
    }

    record Truth(boolean value) implements Literal {}

    /** Microseconds since the epoch, UTC: the precision that times are stored in. */
    record Time(long epochMicros) implements Literal {}

    /** Ordinal of {@link Sensitivity}. */
    record Level(int ordinal) implements Literal {
      @SuppressWarnings("EnumOrdinal") // The order of the language is that of the declaration.
      public static Level of(Sensitivity sensitivity) {
        return new Level(sensitivity.ordinal());
      }
    }
  }

  /** The right side of {@link Has}. */
  sealed interface Member {
    /** {@code :*}, any value at all. */
    record Any() implements Member {}

    /** One tag, or for a path the labels that it begins with. */
    record Labels(List<String> labels) implements Member {
      public Labels {
        labels = List.copyOf(labels);
        if (labels.isEmpty() || labels.contains("")) {
          throw new IllegalArgumentException("labels are not empty, nor is their list");
        }
      }
    }
  }

  /** Both must hold; constants are folded. */
  static Filter and(Filter left, Filter right) {
    if (left.equals(NONE) || right.equals(NONE)) {
      return NONE;
    }
    if (left.equals(ALL)) {
      return right;
    }
    return right.equals(ALL) ? left : new And(List.of(left, right));
  }

  /** Either must hold; constants are folded. */
  static Filter or(Filter left, Filter right) {
    if (left.equals(ALL) || right.equals(ALL)) {
      return ALL;
    }
    if (left.equals(NONE)) {
      return right;
    }
    return right.equals(NONE) ? left : new Or(List.of(left, right));
  }
}
