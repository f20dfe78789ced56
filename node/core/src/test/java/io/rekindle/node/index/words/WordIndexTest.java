package io.rekindle.node.index.words;

import static io.rekindle.node.index.words.WordRows.content;
import static io.rekindle.node.index.words.WordRows.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordIndexTest {
  private final WordRows rows = new WordRows();

  @AfterEach
  void close() {
    rows.close();
  }

  private List<MemoryId> find(String text) {
    return find(text, 10, Filter.ALL);
  }

  private List<MemoryId> find(String text, int topK, Filter filter) {
    return rows.search(text, topK, filter).stream().map(WordHit::memoryId).toList();
  }

  @Test
  void rareWordsCountMoreThanCommonOnes() {
    rows.put(1, 1, "the invoice arrived late");
    rows.put(2, 1, "the invoice was paid");
    rows.put(3, 1, "a zebra was paid");

    assertThat(find("paid zebra")).containsExactly(id(3), id(2));
    assertThat(find("invoice")).containsExactly(id(2), id(1));
  }

  @ParameterizedTest
  @CsvSource({
    "Billing Problems, billed problem",
    "naïve café, café",
    "東京の天気, 京",
    "Ελληνικά κείμενα, κείμενα",
    "нужен отчёт, отчёт",
    "order-4711 shipped, 4711",
    "it's the customer's, customer",
    "'😀 party 👩‍👩‍👧', 👩‍👩‍👧",
  })
  void aWordIsFoundInEveryScriptAndForm(String text, String query) {
    rows.put(1, 1, text);
    rows.put(2, 1, "nothing of that kind");

    assertThat(find(query)).containsExactly(id(1));
  }

  @Test
  void theCommonestWordsFindNothing() {
    rows.put(1, 1, "to be or not to be");

    assertThat(find("not the be")).isEmpty();
    assertThat(find("!?")).isEmpty();
  }

  @Test
  void aTextWithoutASpaceIsFoundByItsPieces() {
    String long64K = "x".repeat(64 * 1024);
    rows.put(1, 1, long64K);

    assertThat(find("x".repeat(255))).containsExactly(id(1));
    assertThat(find(long64K)).containsExactly(id(1));
  }

  @Test
  void onlyTheFirst64DifferentWordsOfAQueryCount() {
    rows.put(1, 1, "last");
    String many = String.join(" ", IntStream.range(0, 64).mapToObj(n -> "w" + n).toList());

    assertThat(find(many.substring(0, many.lastIndexOf(' ')) + " w5 last")).containsExactly(id(1));
    assertThat(find(many + " last")).isEmpty();
  }

  @Test
  void scoresForWhoSeesSomeTellNothingOfTheOthers() {
    Filter odd = FilterParser.parse("agent_id = \"odd\"");
    rows.put(1, 1, "falcon and sparrow");
    rows.put(3, 1, "sparrow at noon");
    rows.put(5, 1, "sparrow at night");
    List<WordHit> before = rows.searchBySeen("falcon sparrow", odd);
    assertThat(before).hasSize(3);
    assertThat(before.getFirst().memoryId()).isEqualTo(id(1));
    WordHit rare = rows.searchBySeen("falcon", odd).getFirst();
    WordHit common = rows.searchBySeen("sparrow", odd).getFirst();
    assertThat(rare.score()).as("rare among those that are seen").isGreaterThan(common.score());

    IntStream.range(0, 50).forEach(n -> rows.put(2 * n, 1, "falcon ".repeat(1 + n)));
    assertThat(rows.searchBySeen("falcon sparrow", odd)).isEqualTo(before);
    IntStream.range(0, 50).forEach(n -> rows.put(2 * n, 2, "sparrow"));
    assertThat(rows.searchBySeen("falcon sparrow", odd)).isEqualTo(before);
  }

  /** A merge, and the last reader of a segment, delete files at any time. */
  @Test
  @Timeout(60)
  void bytesCanBeAskedForWhileFilesGo() throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<?> counting =
          threads.submit(
              () -> {
                while (!stopped.get()) {
                  assertThat(rows.words.bytes()).isPositive();
                }
              });
      for (int n = 0; n < 400; n++) {
        rows.put(n % 50, n, "word " + n);
        rows.search("word", 1, Filter.ALL);
      }
      stopped.set(true);
      counting.get();
    }
  }

  @Test
  void aFilterHoldsBeforeTopK() {
    IntStream.range(0, 200).forEach(n -> rows.put(n, 1, n % 2 == 0 ? "red red red" : "red blue"));
    Filter odd = FilterParser.parse("agent_id = \"odd\"");

    assertThat(find("red", 3, odd)).containsExactly(id(1), id(3), id(5));
    assertThat(find("red", 3, Filter.ALL)).containsExactly(id(0), id(2), id(4));
    assertThat(rows.search("red", 1_000, odd)).hasSize(100);
  }

  @Test
  void amongSomeMemoriesOnlyThoseAreFound() {
    IntStream.range(0, 10).forEach(n -> rows.put(n, 1, "red"));
    rows.words.refresh();

    List<WordHit> hits =
        rows.index.judge(
            Filter.ALL,
            Set.of(id(3), id(7), id(99)),
            judge -> rows.words.search("red", 10, Float.NaN, judge, -1));

    assertThat(hits.stream().map(WordHit::memoryId)).containsExactly(id(3), id(7));
  }

  @Test
  void equalScoresComeByMemoryIdHoweverTheyWerePut() {
    for (int n : List.of(5, 3, 9, 1, 7, 2, 8, 6, 4, 0)) {
      rows.put(n, 1, "same words");
      rows.words.refresh();
    }
    assertThat(find("same", 4, Filter.ALL)).containsExactly(id(0), id(1), id(2), id(3));
  }

  @Test
  void aScoreBelowTheLowestAskedForIsNoHit() {
    rows.put(1, 1, "red");
    rows.put(2, 1, "red and much else that makes it a long text about nothing");
    List<WordHit> both = rows.search("red", 10, Filter.ALL);

    List<WordHit> one =
        rows.index.judge(
            Filter.ALL,
            null,
            judge -> rows.words.search("red", 10, both.get(0).score(), judge, -1));

    assertThat(both).hasSize(2);
    assertThat(one).containsExactly(both.get(0));
  }

  @Test
  void whatTheRowsNoLongerHaveIsNotFoundThoughTheWordsKnowNothingOfIt() {
    rows.put(1, 1, "red");
    rows.put(2, 1, "red");
    rows.put(3, 1, "red");
    rows.words.refresh();

    rows.index.removeRow(id(1));
    rows.putRow(2, 2);

    assertThat(rows.searchUnrefreshed("red", 10, Filter.ALL))
        .extracting(WordHit::memoryId)
        .containsExactly(id(3));
  }

  @Test
  void aMemoryStoredAgainUnderItsOldIdIsNotFoundByItsOldWords() {
    rows.put(1, 1, "red");
    rows.words.refresh();
    long later = content(1, 1).createdAtMicros() - 1;
    var before =
        new io.rekindle.node.index.RowContent(content(2, 1).high(), content(2, 1).low(), 1, later);
    rows.putRow(2, 1);
    rows.words.put(before, "red");

    assertThat(find("red")).containsExactly(id(1));
  }

  @Test
  void aRowThatMovedIsFoundWhereItIsNow() {
    rows.put(1, 1, "red");
    assertThat(find("red")).containsExactly(id(1));

    rows.index.removeRow(id(1));
    rows.putRow(2, 1);
    rows.putRow(1, 1);

    assertThat(find("red")).containsExactly(id(1));
  }

  @Test
  void anotherContentTakesThePlaceOfTheFormer() {
    rows.put(1, 1, "red");
    rows.put(1, 2, "blue");

    assertThat(find("red")).isEmpty();
    assertThat(rows.search("blue", 10, Filter.ALL))
        .singleElement()
        .satisfies(hit -> assertThat(hit.contentVersion()).isEqualTo(2));
    assertThat(rows.words.holds(content(1, 2))).isTrue();
    assertThat(rows.words.holds(content(1, 1))).isFalse();
  }

  /** One of many: no segment is rewritten for so little, unless it is told to. */
  @Test
  void whatIsGoneCountsUntilItIsCompacted() {
    IntStream.range(0, 100).forEach(n -> rows.put(n, 1, n == 7 ? "red secret" : "blue"));
    rows.put(100, 1, "red");
    rows.words.refresh();
    rows.index.removeRow(id(7));
    rows.words.remove(content(7, 1).high(), content(7, 1).low());
    float counted = rows.search("red", 1, Filter.ALL).getFirst().score();
    assertThat(rows.words.leftovers()).isEqualTo(1);

    rows.words.compact();

    assertThat(rows.words.leftovers()).isZero();
    assertThat(rows.words.contents()).isEqualTo(100);
    assertThat(rows.search("red", 1, Filter.ALL).getFirst().score()).isGreaterThan(counted);
  }

  @Test
  void removeUnlessLeavesWhatStays() {
    IntStream.range(0, 10).forEach(n -> rows.put(n, 1, "red"));
    rows.words.refresh();

    rows.words.removeUnless(content -> content.low() % 2 == 0);
    rows.words.refresh();

    assertThat(rows.words.contents()).isEqualTo(5);
    assertThat(find("red")).hasSize(5).contains(id(0)).doesNotContain(id(1));
  }

  @Test
  void closedItAnswersNotReady() {
    rows.put(1, 1, "red");
    rows.words.close();

    assertThat(catchThrowableOfType(RekindleException.class, () -> find("red")).code())
        .isEqualTo(ErrorCode.NOT_READY);
    assertThat(
            catchThrowableOfType(
                    RekindleException.class, () -> rows.words.put(content(2, 1), "blue"))
                .code())
        .isEqualTo(ErrorCode.NOT_READY);
  }

  @Test
  void itGrowsWithWhatIsInIt() {
    long before = rows.words.bytes();
    IntStream.range(0, 2_000).forEach(n -> rows.put(n, 1, "word" + n + " and word" + n * 7));
    rows.words.refresh();

    assertThat(rows.words.bytes() - before).isBetween(20_000L, 2_000_000L);
  }
}
