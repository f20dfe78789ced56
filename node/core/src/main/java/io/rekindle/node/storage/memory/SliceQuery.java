package io.rekindle.node.storage.memory;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filters;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Micros;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One slice and what is asked of it.
 *
 * @param filter everything that must hold: pass, caller, and that the row has not expired
 * @param answered the part that the index answers
 * @param residual the part over undeclared metadata, tested on opened rows
 * @param hides whether the pass hides rows of the namespace
 */
public record SliceQuery(
    Namespace namespace,
    SliceId slice,
    Filter filter,
    Filter answered,
    Filter residual,
    boolean hides) {
  private static final Filter.Field EXPIRES_AT =
      new Filter.Field.OfColumn(Filter.Column.EXPIRES_AT);

  /** One query for each selected slice. */
  public static List<SliceQuery> of(
      SliceSelection selection,
      java.util.function.Function<Namespace, Filter> rowFilter,
      Filter caller,
      Instant now) {
    List<SliceQuery> queries = new ArrayList<>();
    for (Namespace namespace : selection.namespaces()) {
      Filter rows = rowFilter.apply(namespace);
      Filter filter = Filter.and(Filter.and(rows, caller), notExpired(now));
      List<String> declared = namespace.settings().declaredPaths();
      Filters.Split split =
          Filters.split(
              filter,
              field ->
                  !(field instanceof Filter.Field.OfMetadata(String path))
                      || declared.contains(path));
      for (SliceId slice : selection.of(namespace)) {
        queries.add(
            new SliceQuery(
                namespace,
                slice,
                filter,
                split.answered(),
                split.residual(),
                !rows.equals(Filter.ALL)));
      }
    }
    return queries;
  }

  private static Filter notExpired(Instant now) {
    return new Filter.Or(
        List.of(
            new Filter.Not(new Filter.Has(EXPIRES_AT, new Filter.Member.Any())),
            new Filter.Compare(
                EXPIRES_AT, Filter.Operator.GREATER, new Filter.Literal.Time(Micros.of(now)))));
  }

  boolean hasResidual() {
    return !residual.equals(Filter.ALL);
  }

  /**
   * How many rows the residual would open here; {@code opened} rows are opened elsewhere already.
   *
   * @throws RekindleException LIMIT_EXCEEDED over 30,000, naming a path to declare
   */
  long countToOpen(SliceIndex index, long opened) {
    long total = opened + index.count(answered);
    if (total > Limits.FILTER_OPEN_ROWS_MAX) {
      throw new RekindleException(
          ErrorCode.LIMIT_EXCEEDED,
          "the filter would open too many rows: declare the metadata path, or narrow it",
          Map.of(
              "field", "filter",
              "path", Filters.metadataPaths(residual).iterator().next(),
              "limit", Integer.toString(Limits.FILTER_OPEN_ROWS_MAX),
              "actual", Long.toString(total),
              "unit", "rows"));
    }
    return total;
  }
}
