package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.MemoryId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TopMemoriesTest {
  @Property(tries = 300)
  void keepsTheBestChunkOfTheBestMemories(
      @ForAll @IntRange(min = 1, max = 12) int topK,
      @ForAll @Size(max = 60) List<@IntRange(max = 9) Integer> scores,
      @ForAll @IntRange(max = 5) int minScore) {
    TopMemories top = new TopMemories(topK, minScore);
    Map<MemoryId, IndexHit> best = new HashMap<>();
    for (int i = 0; i < scores.size(); i++) {
      MemoryId id = Rows.id(i * 7 % 23);
      IndexHit hit = new IndexHit(id, i, scores.get(i), 1);
      top.offer(
          hit.score(),
          id.value().getMostSignificantBits(),
          id.value().getLeastSignificantBits(),
          i,
          1,
          true);
      if (hit.score() >= minScore) {
        best.merge(id, hit, (a, b) -> b.score() > a.score() ? b : a);
      }
    }
    List<IndexHit> expected = new ArrayList<>(best.values());
    expected.sort(
        (a, b) ->
            a.score() != b.score()
                ? Float.compare(b.score(), a.score())
                : a.memoryId().compareTo(b.memoryId()));
    assertThat(top.hits()).isEqualTo(expected.subList(0, Math.min(topK, expected.size())));
  }

  @Test
  void ofEqualChunksTheFirstIsNamedWhicheverComesFirst() {
    TopMemories top = new TopMemories(2, Float.NaN);
    for (int chunk : new int[] {5, 2, 7}) {
      top.offer(1, 1, 1, chunk, 1, true);
    }
    assertThat(top.hits()).extracting(IndexHit::chunk).containsExactly(2);
  }
}
