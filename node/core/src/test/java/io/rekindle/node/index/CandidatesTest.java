package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The highest bounds are kept, whatever comes in whatever order. */
class CandidatesTest {
  private record Offer(float bound, int ordinal) {}

  @Property(tries = 300)
  void theHighestAreKept(
      @ForAll @IntRange(min = 1, max = 40) int kept,
      @ForAll @IntRange(min = 0, max = 1_000) int count,
      @ForAll long seed) {
    Random random = new Random(seed);
    int values = 1 + random.nextInt(500);
    Candidates candidates = new Candidates(kept);
    List<Offer> all = new ArrayList<>();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      float bound = random.nextInt(values) - values / 2;
      if (bound > candidates.threshold()) {
        candidates.offer(bound, ordinal);
      }
      all.add(new Offer(bound, ordinal));
    }
    candidates.sort();
    all.sort(Comparator.comparingDouble(Offer::bound).reversed());
    int certain = candidates.hasLetGo() ? kept : count;
    assertThat(candidates.size()).isEqualTo(certain);
    for (int i = 0; i < certain; i++) {
      int at = candidates.size() - 1 - i;
      assertThat(candidates.bound(at)).isEqualTo(all.get(i).bound());
      assertThat(all).contains(new Offer(candidates.bound(at), candidates.ordinal(at)));
    }
    if (candidates.hasLetGo()) {
      assertThat(candidates.threshold()).isLessThanOrEqualTo(candidates.bound(0));
      assertThat(all.get(kept).bound())
          .as("nothing that is missing is above the threshold")
          .isLessThanOrEqualTo(candidates.threshold());
    }
  }
}
