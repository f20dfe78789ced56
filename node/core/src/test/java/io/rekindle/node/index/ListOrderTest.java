package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** As if all had been sorted, however many are asked for, and in whatever order. */
class ListOrderTest {
  @Property(tries = 300)
  void theNearestComeFirst(@ForAll @IntRange(min = 1, max = 400) int count, @ForAll long seed) {
    Random random = new Random(seed);
    int values = 1 + random.nextInt(2 * count);
    float[] far = new float[count];
    for (int list = 0; list < count; list++) {
      far[list] = (random.nextInt(values) - values / 2) / 8f;
    }
    int[] sorted =
        IntStream.range(0, count)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(list -> far[list]).thenComparing(list -> list))
            .mapToInt(list -> list)
            .toArray();
    ListOrder order = new ListOrder(far);

    assertThat(order.count()).isEqualTo(count);
    int some = random.nextInt(count);
    assertThat(order.list(some)).as("a place further on, at once").isEqualTo(sorted[some]);
    for (int place = 0; place < count; place++) {
      assertThat(order.list(place)).isEqualTo(sorted[place]);
    }
  }
}
