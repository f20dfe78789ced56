package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.RowFacts;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.HybridWeights;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.SearchPath;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.row.Micros;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FusionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final SliceQuery SLICE = slice(1);
  private static final SliceQuery OTHER = slice(2);

  private static SliceQuery slice(int number) {
    NamespaceId id = new NamespaceId(new UUID(number, 64));
    Namespace namespace =
        new Namespace(
            id,
            NamespacePath.parse("a/n" + number),
            new NamespaceSettings(
                EmbeddingModelId.EXTERNAL, 2, Distance.COSINE, List.of(), false, 1),
            NOW,
            1);
    return new SliceQuery(namespace, SliceId.of(id, 0), Filter.ALL, Filter.ALL, Filter.ALL, false);
  }

  private static MemoryId id(int number) {
    return new MemoryId(new UUID(0, number));
  }

  private static List<Candidate> meaning(SliceQuery slice, int... numbers) {
    return IntStream.of(numbers)
        .mapToObj(n -> new Candidate(slice, id(n), 1f / n, 1, 0, SearchPath.CODES))
        .toList();
  }

  private static List<Candidate> words(SliceQuery slice, int... numbers) {
    return IntStream.of(numbers)
        .mapToObj(n -> new Candidate(slice, id(n), n, 1, Candidate.NO_CHUNK, null))
        .toList();
  }

  private static Fusion fusion(HybridWeights weights, Map<MemoryId, RowFacts> facts) {
    return new Fusion(weights, NOW, candidate -> facts.get(candidate.memoryId()));
  }

  private static final Fusion PLAIN = fusion(HybridWeights.DEFAULT, Map.of());

  private static List<MemoryId> ids(List<RankedMemory> ranked) {
    return ranked.stream().map(RankedMemory::memoryId).toList();
  }

  @Test
  void theFirstOfEveryPartHasTheScoreOne() {
    List<RankedMemory> ranked = PLAIN.rank(meaning(SLICE, 7, 8), words(SLICE, 7, 9));

    assertThat(ids(ranked)).containsExactly(id(7), id(8), id(9));
    assertThat(ranked.getFirst().score()).isEqualTo(1f);
    assertThat(ranked.get(1).score()).isEqualTo(61f / 62 / 2, offset(1e-6f));
  }

  @Test
  void twoGoodPlacesBeatTheBestOfOnePart() {
    assertThat(ids(PLAIN.rank(meaning(SLICE, 1, 2, 3), words(SLICE, 4, 5, 3))).getFirst())
        .isEqualTo(id(3));
  }

  @Test
  void equalScoresComeByMemoryId() {
    assertThat(ids(PLAIN.rank(meaning(SLICE, 9, 4), words(SLICE, 2, 5))))
        .containsExactly(id(2), id(9), id(4), id(5));
  }

  @Test
  void weightsSayHowMuchAPartCounts() {
    HybridWeights words = new HybridWeights(1, 3, 0, Duration.ofDays(1), 0);

    List<RankedMemory> ranked = fusion(words, Map.of()).rank(meaning(SLICE, 1), words(SLICE, 2));

    assertThat(ids(ranked)).containsExactly(id(2), id(1));
    assertThat(ranked.getFirst().score()).isEqualTo(0.75f);
    assertThat(ranked.getLast().score()).isEqualTo(0.25f);
  }

  @Test
  void recencyHalvesWithEachHalfLifeAndTheFutureIsNow() {
    HybridWeights recent = new HybridWeights(0, 0, 1, Duration.ofDays(2), 0);
    Map<MemoryId, RowFacts> facts =
        Map.of(
            id(1), new RowFacts(Micros.of(NOW.minus(Duration.ofDays(4))), 0),
            id(2), new RowFacts(Micros.of(NOW.minus(Duration.ofDays(2))), 0),
            id(3), new RowFacts(Micros.of(NOW.plus(Duration.ofDays(9))), 0));

    List<RankedMemory> ranked = fusion(recent, facts).rank(meaning(SLICE, 1, 2, 3), List.of());

    assertThat(ids(ranked)).containsExactly(id(3), id(2), id(1));
    assertThat(ranked.stream().map(RankedMemory::score).toList()).containsExactly(1f, 0.5f, 0.25f);
  }

  @Test
  void importanceCountsAsItWasStoredAndARowThatIsGoneCountsNothing() {
    HybridWeights important = new HybridWeights(0, 0, 0, Duration.ofDays(2), 4);

    List<RankedMemory> ranked =
        fusion(important, Map.of(id(2), new RowFacts(0, 0.75f)))
            .rank(meaning(SLICE, 1), words(SLICE, 2));

    assertThat(ids(ranked)).containsExactly(id(2), id(1));
    assertThat(ranked.getFirst().score()).isEqualTo(0.75f);
    assertThat(ranked.getLast().score()).isZero();
  }

  @Test
  void factsAreAskedOnlyWhenTheyCount() {
    Fusion fusion =
        new Fusion(
            HybridWeights.DEFAULT,
            NOW,
            _ -> {
              throw new AssertionError("asked");
            });

    assertThat(fusion.rank(meaning(SLICE, 1), words(SLICE, 1))).hasSize(1);
  }

  @Test
  void oneIdInTwoNamespacesIsTwoMemories() {
    List<RankedMemory> ranked = PLAIN.rank(meaning(SLICE, 1), words(OTHER, 1));

    assertThat(ranked).hasSize(2);
    assertThat(ranked).allMatch(hit -> hit.score() == 0.5f);
  }

  @Test
  void everyHitSaysItsRanks() {
    RankedMemory second = PLAIN.rank(meaning(SLICE, 1, 2), words(SLICE, 3, 4, 2)).getFirst();

    assertThat(second.memoryId()).isEqualTo(id(2));
    assertThat(second.explanation().meaningRank()).isEqualTo(2);
    assertThat(second.explanation().meaningScore()).isEqualTo(0.5f);
    assertThat(second.explanation().wordsRank()).isEqualTo(3);
    assertThat(second.explanation().wordsScore()).isEqualTo(2f);
    assertThat(second.explanation().path()).isEqualTo(SearchPath.CODES);
  }
}
