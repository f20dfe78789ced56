package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterEvaluator;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The index and {@link FilterEvaluator} let the same rows through, whatever the filter. */
class FilterAgreementTest {
  @Property(tries = 300)
  void theIndexAndTheEvaluatorAgree(@ForAll long seed) {
    FilterDraw draw = new FilterDraw(new Random(seed));
    IndexSettings settings = new IndexSettings(2, Distance.DOT, FilterDraw.PATHS);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 24))) {
      Map<MemoryId, IndexRow> rows = new HashMap<>();
      for (int n = 0; n < 30; n++) {
        IndexRow row = draw.row(n);
        rows.put(row.columns().memoryId(), row);
        index.putRow(row);
        index.putVector(row.columns().memoryId(), 0, 1, new float[] {n, 1});
        if (n % 4 == 3) {
          MemoryId gone = draw.of(List.copyOf(rows.keySet()));
          rows.remove(gone);
          index.removeRow(gone);
        }
      }
      for (int i = 0; i < 20; i++) {
        Filter filter = draw.filter(3);
        List<MemoryId> expected =
            rows.values().stream()
                .filter(row -> FilterEvaluator.test(filter, FilterDraw.Seen.of(row)))
                .map(row -> row.columns().memoryId())
                .sorted()
                .toList();
        assertThat(index.count(filter)).isEqualTo(expected.size());
        assertThat(index.select(filter, null, 100).stream().map(RowPosition::memoryId).toList())
            .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(index.search(new float[] {1, 0}, 100, Float.NaN, filter))
            .extracting(IndexHit::memoryId)
            .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(index.search(new float[] {1, 0}, 3, Float.NaN, filter))
            .isEqualTo(
                index.search(new float[] {1, 0}, 100, Float.NaN, filter).stream()
                    .limit(3)
                    .toList());
      }
    }
  }

  @Property(tries = 100)
  void pagesAreTheRowsNewestFirst(@ForAll long seed) {
    FilterDraw draw = new FilterDraw(new Random(seed));
    IndexSettings settings = new IndexSettings(2, Distance.DOT, FilterDraw.PATHS);
    try (SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 24))) {
      Map<MemoryId, RowPosition> rows = new HashMap<>();
      for (int n = 0; n < 40; n++) {
        IndexRow row = draw.row(n);
        MemoryId id = row.columns().memoryId();
        index.putRow(row);
        rows.put(id, new RowPosition(SliceTables.micros(row.columns().createdAt()), id));
      }
      List<RowPosition> expected =
          rows.values().stream()
              .sorted(
                  Comparator.comparing(RowPosition::createdAtMicros)
                      .thenComparing(RowPosition::memoryId)
                      .reversed())
              .toList();
      RowPosition after = null;
      for (int at = 0; at <= expected.size(); at += 7) {
        List<RowPosition> page = index.select(Filter.ALL, after, 7);
        assertThat(page).isEqualTo(expected.subList(at, Math.min(at + 7, expected.size())));
        after = page.isEmpty() ? after : page.getLast();
      }
    }
  }
}
