package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filter.Column;
import io.rekindle.node.access.filter.Filter.Field;
import io.rekindle.node.access.filter.Filter.Literal;
import io.rekindle.node.access.filter.FilterEvaluator;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Rows are put, updated and deleted at random; an index that gathers, one that scans and a map must
 * answer random filters alike.
 */
class SelectiveFilterModelTest {
  private static final int MEMORIES = 60;

  private static void assertNear(IndexHit hit, IndexHit exact) {
    assertThat(hit.memoryId()).isEqualTo(exact.memoryId());
    assertThat(hit.chunk()).isEqualTo(exact.chunk());
    assertThat(hit.version()).isEqualTo(exact.version());
    assertThat(hit.score()).isCloseTo(exact.score(), within(0.001f));
  }

  /** The two indexes, one of which gives up its floats, and what they hold. */
  private static final class Model implements AutoCloseable {
    final Random random;
    final FilterDraw draw;
    final KnownVectors known = new KnownVectors();
    final SliceIndex gathering = index(1_000, 10);
    final SliceIndex scanning = index(0, Integer.MAX_VALUE);
    final Map<MemoryId, IndexRow> rows = new HashMap<>();
    final Set<MemoryId> withVector = new HashSet<>();

    Model(Random random) {
      this.random = random;
      this.draw = new FilterDraw(random);
    }

    private SliceIndex index(int gatherMax, int floatsMax) {
      IndexSettings settings =
          new IndexSettings(
              2, Distance.DOT, FilterDraw.PATHS, 20, Integer.MAX_VALUE, gatherMax, floatsMax);
      return new SliceIndex(settings, new MemoryBudget(1 << 24), known);
    }

    void change() {
      IndexRow row = draw.row(random.nextInt(MEMORIES));
      MemoryId id = row.columns().memoryId();
      switch (random.nextInt(5)) {
        case 0 -> {
          rows.remove(id);
          withVector.remove(id);
          both(index -> index.removeRow(id));
        }
        case 1 -> {
          // Few scores, so that ids decide among equal ones; sometimes there is no row yet.
          float[] vector = {random.nextInt(4), 1};
          int chunk = random.nextInt(2);
          withVector.add(id);
          known.put(id, chunk, 1, vector);
          both(index -> index.putVector(id, chunk, 1, vector));
        }
        default -> {
          IndexRow known = rows.get(id);
          if (known == null || known.columns().version() <= row.columns().version()) {
            rows.put(id, row);
          }
          both(index -> index.putRow(row));
        }
      }
    }

    private interface Change {
      boolean apply(SliceIndex index);
    }

    private void both(Change change) {
      assertThat(change.apply(gathering)).isEqualTo(change.apply(scanning));
    }

    void check(Filter filter) {
      List<MemoryId> expected = new ArrayList<>();
      rows.forEach(
          (id, row) -> {
            if (FilterEvaluator.test(filter, FilterDraw.Seen.of(row))) {
              expected.add(id);
            }
          });
      assertThat(gathering.count(filter)).isEqualTo(expected.size());
      checkCounts(filter, expected);
      assertThat(gathering.select(filter, null, 7)).isEqualTo(scanning.select(filter, null, 7));
      int topK = 1 + random.nextInt(12);
      float minScore = random.nextBoolean() ? Float.NaN : random.nextInt(4);
      float[] query = {1, 0};
      List<IndexHit> hits = scanning.search(query, topK, minScore, filter);
      assertThat(gathering.search(query, topK, minScore, filter)).isEqualTo(hits);
      IndexAnswer most = gathering.search(query, topK, minScore, filter, new Recall(0.9));
      if (most.exact()) {
        assertThat(most.hits()).isEqualTo(hits);
      } else if (Float.isNaN(minScore)) {
        // By int8, which may take a three for a little less.
        assertThat(most.hits()).hasSameSizeAs(hits);
        assertThat(most.hits()).zipSatisfy(hits, SelectiveFilterModelTest::assertNear);
      }
      expected.retainAll(withVector);
      assertThat(gathering.search(query, 1_000, Float.NaN, filter))
          .extracting(IndexHit::memoryId)
          .containsExactlyInAnyOrderElementsOf(expected);
    }

    private void checkCounts(Filter filter, List<MemoryId> passing) {
      Map<String, Long> agents = new HashMap<>();
      Map<String, Long> metadata = new HashMap<>();
      for (MemoryId id : passing) {
        IndexRow row = Objects.requireNonNull(rows.get(id));
        if (row.columns().agentId() != null) {
          agents.merge(row.columns().agentId(), 1L, Long::sum);
        }
        if (row.declared().get("m") instanceof Literal.Text(String text)) {
          metadata.merge(text, 1L, Long::sum);
        }
      }
      checkCounts(new Field.OfColumn(Column.AGENT_ID), filter, agents);
      checkCounts(new Field.OfMetadata("m"), filter, metadata);
    }

    private void checkCounts(Field field, Filter filter, Map<String, Long> counts) {
      int limit = 1 + random.nextInt(8);
      List<ValueCount> expected =
          counts.entrySet().stream()
              .map(entry -> new ValueCount(entry.getKey(), entry.getValue()))
              .sorted(
                  Comparator.comparing(ValueCount::rows)
                      .reversed()
                      .thenComparing(ValueCount::value, FilterEvaluator::compareText))
              .limit(limit)
              .toList();
      assertThat(gathering.countBy(field, filter, limit)).isEqualTo(expected);
    }

    @Override
    public void close() {
      gathering.close();
      scanning.close();
    }
  }

  @Property(tries = 100)
  void gatheringAnswersAsScanning(@ForAll long seed) {
    try (Model model = new Model(new Random(seed))) {
      for (int round = 0; round < 15; round++) {
        for (int i = 0; i < 30; i++) {
          model.change();
        }
        if (round == 7) {
          model.gathering.buildCodes();
        }
        for (int i = 0; i < 10; i++) {
          model.check(model.draw.filter(3));
        }
      }
    }
  }
}
