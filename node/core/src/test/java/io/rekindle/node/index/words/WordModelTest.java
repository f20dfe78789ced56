package io.rekindle.node.index.words;

import static io.rekindle.node.index.words.WordRows.content;
import static io.rekindle.node.index.words.WordRows.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Puts, removals, refreshes and compactions in any order, against a map and BM25 by its formula.
 */
class WordModelTest {
  private static final List<String> WORDS = List.of("red", "blue", "green", "zebra", "paid");
  private static final Filter ODD = FilterParser.parse("agent_id = \"odd\"");
  private static final double K1 = 1.2;
  private static final double B = 0.75;

  /** What happens to one memory; {@code text} empty removes it. */
  record Step(int number, String text, boolean compact) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> texts =
        Arbitraries.of(WORDS).list().ofMaxSize(8).map(words -> String.join(" ", words));
    return Combinators.combine(
            Arbitraries.integers().between(0, 15), texts, Arbitraries.of(true, false, false, false))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }

  @Property(tries = 150)
  void findsWhatTheFormulaSays(
      @ForAll("steps") List<Step> steps, @ForAll("queries") List<String> query) {
    try (WordRows rows = new WordRows()) {
      Map<Integer, String> texts = new TreeMap<>();
      Map<Integer, Long> versions = new TreeMap<>();
      for (Step step : steps) {
        take(rows, texts, versions, step);
      }
      rows.words.refresh();
      rows.words.compact();
      String text = String.join(" ", query);
      for (Filter filter : List.of(Filter.ALL, ODD)) {
        List<WordHit> expected = reference(texts, query, filter);
        List<WordHit> found = rows.search(text, 5, filter);
        assertThat(found).extracting(WordHit::memoryId).containsExactlyElementsOf(ids(expected, 5));
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.get(i).score()).isEqualTo(expected.get(i).score(), offset(1e-5f));
        }
      }
    }
  }

  @Provide
  Arbitrary<List<String>> queries() {
    return Arbitraries.of(WORDS).list().uniqueElements().ofMinSize(1).ofMaxSize(3);
  }

  private static void take(
      WordRows rows, Map<Integer, String> texts, Map<Integer, Long> versions, Step step) {
    int number = step.number();
    if (step.text().isEmpty()) {
      texts.remove(number);
      rows.index.removeRow(id(number));
      rows.words.remove(content(number, 1).high(), content(number, 1).low());
    } else {
      texts.put(number, step.text());
      rows.put(number, versions.merge(number, 1L, Long::sum), step.text());
    }
    if (step.compact()) {
      rows.words.refresh();
      rows.words.compact();
    }
  }

  private static List<MemoryId> ids(List<WordHit> hits, int topK) {
    return hits.stream().limit(topK).map(WordHit::memoryId).toList();
  }

  /** All that have a word, best first; the statistics are of all texts, the filter of the hits. */
  private static List<WordHit> reference(
      Map<Integer, String> texts, List<String> query, Filter filter) {
    double mean =
        texts.values().stream().mapToInt(text -> text.split(" ").length).average().orElse(1);
    List<WordHit> hits = new ArrayList<>();
    texts.forEach(
        (number, text) -> {
          double score = 0;
          List<String> words = Arrays.asList(text.split(" "));
          for (String word : query) {
            long with = texts.values().stream().filter(t -> t.contains(word)).count();
            double idf = Math.log(1 + (texts.size() - with + 0.5) / (with + 0.5));
            double often = words.stream().filter(word::equals).count();
            score += idf * often / (often + K1 * (1 - B + B * words.size() / mean));
          }
          if (score > 0 && (filter == Filter.ALL || number % 2 == 1)) {
            hits.add(new WordHit(id(number), (float) score, 1));
          }
        });
    hits.sort(
        Comparator.comparingDouble((WordHit hit) -> -Math.round(hit.score() * 1e5))
            .thenComparing(WordHit::memoryId));
    return hits;
  }
}
