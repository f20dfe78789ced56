package io.rekindle.node.access.filter;

import io.rekindle.node.access.filter.Filter.And;
import io.rekindle.node.access.filter.Filter.Compare;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Has;
import io.rekindle.node.access.filter.Filter.Not;
import io.rekindle.node.access.filter.Filter.Or;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** What can be asked of a filter and done with it. All pure. */
public final class Filters {
  private Filters() {}

  /**
   * A filter in two parts, both of which must hold.
   *
   * @param answered reads only fields that can be answered
   * @param residual the rest, to be tested on the row itself; {@link Filter#ALL} when there is none
   */
  public record Split(Filter answered, Filter residual) {}

  /** Cuts a conjunction into what reads answerable fields only and what does not. */
  public static Split split(Filter filter, Predicate<Field> answerable) {
    List<Filter> answered = new ArrayList<>();
    List<Filter> residual = new ArrayList<>();
    for (Filter part : conjuncts(filter)) {
      (fields(part).stream().allMatch(answerable) ? answered : residual).add(part);
    }
    return new Split(simplify(new And(answered)), simplify(new And(residual)));
  }

  /** The parts that must all hold, none for a filter that always does. */
  public static List<Filter> conjuncts(Filter filter) {
    return simplify(filter) instanceof And(List<Filter> parts) ? parts : List.of(simplify(filter));
  }

  /**
   * A filter that passes only what {@code filter} passes whatever the unknown fields hold: a term
   * on one of them does not hold, and neither does its negation.
   */
  public static Filter certain(Filter filter, Predicate<Field> known) {
    return simplify(certain(filter, known, Filter.NONE));
  }

  private static Filter certain(Filter filter, Predicate<Field> known, Filter otherwise) {
    return switch (filter) {
      case And(List<Filter> parts) ->
          new And(parts.stream().map(part -> certain(part, known, otherwise)).toList());
      case Or(List<Filter> parts) ->
          new Or(parts.stream().map(part -> certain(part, known, otherwise)).toList());
      case Not(Filter part) -> new Not(certain(part, known, negate(otherwise)));
      case Compare compare -> known.test(compare.field()) ? compare : otherwise;
      case Has has -> known.test(has.field()) ? has : otherwise;
    };
  }

  /** Every field that a filter reads, in order of appearance. */
  public static Set<Field> fields(Filter filter) {
    Set<Field> fields = new LinkedHashSet<>();
    collectFields(filter, fields);
    return fields;
  }

  /** The metadata paths that a filter reads, such as {@code order.status}, sorted. */
  public static Set<String> metadataPaths(Filter filter) {
    Set<String> paths = new TreeSet<>();
    for (Field field : fields(filter)) {
      if (field instanceof Field.OfMetadata(String path)) {
        paths.add(path);
      }
    }
    return paths;
  }

  private static void collectFields(Filter filter, Set<Field> fields) {
    switch (filter) {
      case And(List<Filter> parts) -> parts.forEach(part -> collectFields(part, fields));
      case Or(List<Filter> parts) -> parts.forEach(part -> collectFields(part, fields));
      case Not(Filter part) -> collectFields(part, fields);
      case Compare compare -> fields.add(compare.field());
      case Has has -> fields.add(has.field());
    }
  }

  /**
   * The same condition without constants inside, double negation, single parts, repeated parts and
   * conjunctions directly in conjunctions (likewise disjunctions): {@link Filter#ALL} and {@link
   * Filter#NONE} are left only as the whole.
   */
  public static Filter simplify(Filter filter) {
    return switch (filter) {
      case And(List<Filter> parts) -> simplifyAnd(parts);
      case Or(List<Filter> parts) -> simplifyOr(parts);
      case Not(Filter part) -> negate(simplify(part));
      case Compare _, Has _ -> filter;
    };
  }

  private static Filter simplifyAnd(List<Filter> parts) {
    Set<Filter> kept = new LinkedHashSet<>();
    for (Filter part : parts) {
      Filter simple = simplify(part);
      if (simple.equals(Filter.NONE)) {
        return Filter.NONE;
      }
      if (simple instanceof And(List<Filter> inner)) {
        kept.addAll(inner);
      } else {
        kept.add(simple);
      }
    }
    return kept.size() == 1 ? kept.iterator().next() : new And(List.copyOf(kept));
  }

  private static Filter simplifyOr(List<Filter> parts) {
    Set<Filter> kept = new LinkedHashSet<>();
    for (Filter part : parts) {
      Filter simple = simplify(part);
      if (simple.equals(Filter.ALL)) {
        return Filter.ALL;
      }
      if (simple instanceof Or(List<Filter> inner)) {
        kept.addAll(inner);
      } else {
        kept.add(simple);
      }
    }
    return kept.size() == 1 ? kept.iterator().next() : new Or(List.copyOf(kept));
  }

  private static Filter negate(Filter simple) {
    if (simple.equals(Filter.ALL)) {
      return Filter.NONE;
    }
    if (simple.equals(Filter.NONE)) {
      return Filter.ALL;
    }
    return simple instanceof Not(Filter inner) ? inner : new Not(simple);
  }

  /** The text of {@link FilterPrinter}. */
  public static String print(Filter filter) {
    return FilterPrinter.print(filter);
  }
}
