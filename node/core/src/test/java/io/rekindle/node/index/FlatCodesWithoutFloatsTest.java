package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.Distance;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Codes against one center, of vectors whose floats are not kept. */
class FlatCodesWithoutFloatsTest extends CodeSearchContract {
  @Override
  int listsFrom(int codesFrom) {
    return Integer.MAX_VALUE;
  }

  @Override
  boolean keepsFloats() {
    return false;
  }

  /** Of vectors that lie far from each other int8 orders most as they are. */
  private static float[] gaussian(Random random) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Where the order of int8 vectors would lose more than may be missing. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void forAHighRecallVectorsAreReadThatAreHardToTellApart(Distance distance) {
    try (SliceIndex index = index(distance, 500)) {
      Random random = new Random(5);
      for (int n = 0; n < 2_000; n++) {
        put(index, n, gaussian(random));
      }
      assertThat(index.buildCodes()).isTrue();
      double foundOfMost = 0;
      int readForMost = 0;
      for (int i = 0; i < 100; i++) {
        float[] query = gaussian(random);
        var exact = ids(index.search(query, 10, ANY, Filter.ALL));
        int before = known.reads.get();
        var most = index.search(query, 10, ANY, Filter.ALL, new Recall(0.999));
        readForMost += known.reads.get() - before;
        assertThat(most.exact()).isFalse();
        foundOfMost += ids(most.hits()).stream().filter(exact::contains).count();
        before = known.reads.get();
        index.search(query, 10, ANY, Filter.ALL, new Recall(0.9));
        assertThat(known.reads.get()).isEqualTo(before);
      }
      assertThat(foundOfMost / 1_000).isGreaterThanOrEqualTo(0.999);
      assertThat(readForMost / 100.0).isBetween(0.5, 8.0);
    }
  }
}
