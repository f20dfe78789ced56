package io.rekindle.node.access.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter.And;
import io.rekindle.node.access.filter.Filter.Not;
import io.rekindle.node.access.filter.Filter.Or;
import io.rekindle.node.error.RekindleException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What must hold for every filter: parser, printer, evaluator and rewriting agree. */
class FilterLanguageTest {
  @Provide
  Arbitrary<Filter> filters() {
    return FilterArbitraries.filters();
  }

  @Provide
  Arbitrary<FilterArbitraries.Row> rows() {
    return FilterArbitraries.rows();
  }

  /** Short texts with characters on both sides of the surrogates. */
  @Provide
  Arbitrary<String> words() {
    return Arbitraries.of("", "a", "\uD7FF", "\uE000", "\uFFFD", "\uD83D\uDE00", "\uD83D\uDE01")
        .list()
        .ofMaxSize(3)
        .map(parts -> String.join("", parts));
  }

  /** Mostly filters with something wrong in them. */
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "tags",
            ":",
            "\"zebra",
            "\"",
            "'",
            "*",
            "(",
            ")",
            "-",
            "NOT",
            " AND ",
            " OR ",
            " ",
            "=",
            "<=",
            "!=",
            "importance",
            "metadata.",
            "metadata.a",
            "0.7",
            "1e999",
            "true",
            "path",
            "a/b",
            "\\",
            "2026-01-01T00:00:00Z",
            "created_at",
            "nosuch",
            "\uD83D\uDE00",
            ",")
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Property
  void theEvaluatorAgreesWithTheSlowOne(
      @ForAll("filters") Filter filter, @ForAll("rows") FilterArbitraries.Row row) {
    assertThat(FilterEvaluator.test(filter, row.filterRow()))
        .isEqualTo(new SlowFilterEvaluator(row).test(filter));
  }

  @Property
  void whatIsPrintedIsReadAsTheSameFilter(@ForAll("filters") Filter filter) {
    Filter read = FilterParser.parse(Filters.print(filter));

    assertThat(read).isEqualTo(Filters.simplify(filter));
    assertThat(Filters.print(read)).isEqualTo(Filters.print(filter));
  }

  @Property
  void simplifyingChangesNoAnswer(
      @ForAll("filters") Filter filter, @ForAll("rows") FilterArbitraries.Row row) {
    Filter simple = Filters.simplify(filter);

    assertThat(FilterEvaluator.test(simple, row.filterRow()))
        .isEqualTo(FilterEvaluator.test(filter, row.filterRow()));
    assertThat(Filters.simplify(simple)).isEqualTo(simple);
    assertThat(isSimple(simple, true)).isTrue();
  }

  @Property
  void bothPartsOfASplitAreTheWhole(
      @ForAll("filters") Filter filter,
      @ForAll("rows") FilterArbitraries.Row row,
      @ForAll Set<Filter.Column> answerable) {
    Filters.Split split =
        Filters.split(
            filter,
            field ->
                field instanceof Filter.Field.OfColumn(Filter.Column column)
                    && answerable.contains(column));

    assertThat(
            FilterEvaluator.test(split.answered(), row.filterRow())
                && FilterEvaluator.test(split.residual(), row.filterRow()))
        .isEqualTo(FilterEvaluator.test(filter, row.filterRow()));
    assertThat(Filters.metadataPaths(split.answered())).isEmpty();
    assertThat(Filters.fields(split.answered()))
        .allMatch(
            field ->
                field instanceof Filter.Field.OfColumn(Filter.Column column)
                    && answerable.contains(column));
  }

  @Property
  void aFilterIsItsConjuncts(
      @ForAll("filters") Filter filter, @ForAll("rows") FilterArbitraries.Row row) {
    assertThat(
            Filters.conjuncts(filter).stream()
                .allMatch(part -> FilterEvaluator.test(part, row.filterRow())))
        .isEqualTo(FilterEvaluator.test(filter, row.filterRow()));
  }

  @Property
  void anyTextIsReadOrRefusedWithItsPlace(@ForAll("texts") String text) {
    try {
      Filter filter = FilterParser.parse(text);
      assertThat(FilterParser.parse(Filters.print(filter))).isEqualTo(filter);
    } catch (RekindleException e) {
      assertThat(e.details()).containsEntry("field", "filter");
      assertThat(Integer.parseInt(e.details().get("position")))
          .isBetween(1, text.codePointCount(0, text.length()) + 1);
      assertThat(e.describe()).doesNotContain("nosuch", "zebra", "\uD83D\uDE00");
    }
  }

  @Property
  void textsAreOrderedByTheirBytes(@ForAll("words") String left, @ForAll("words") String right) {
    assertThat(Integer.signum(FilterEvaluator.compareText(left, right)))
        .isEqualTo(Integer.signum(Arrays.compareUnsigned(utf8(left), utf8(right))));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isSimple(Filter filter, boolean whole) {
    return switch (filter) {
      case And(List<Filter> parts) ->
          parts.size() != 1
              && (whole || !parts.isEmpty())
              && parts.stream().allMatch(part -> !(part instanceof And) && isSimple(part, false));
      case Or(List<Filter> parts) ->
          parts.size() != 1
              && (whole || !parts.isEmpty())
              && parts.stream().allMatch(part -> !(part instanceof Or) && isSimple(part, false));
      case Not(Filter part) -> !(part instanceof Not) && isSimple(part, false);
      default -> true;
    };
  }
}
