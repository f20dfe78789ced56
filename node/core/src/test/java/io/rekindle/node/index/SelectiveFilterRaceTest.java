package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Searches under selective filters beside a writer: a row that passes all the while is found,
 * though it passes from the set of one value to that of another again and again.
 */
class SelectiveFilterRaceTest {
  private static final int WANDERERS = 8;
  private static final int OTHERS = 600;
  private static final int CHANGES = 150_000;

  private static SliceIndex filled() {
    IndexSettings settings = new IndexSettings(2, Distance.DOT, List.of("n"), 50);
    SliceIndex index = new SliceIndex(settings, new MemoryBudget(1 << 26));
    for (int n = 0; n < OTHERS; n++) {
      put(index, n, 1, n < WANDERERS ? "here" : "other" + n % 9);
      index.putVector(Rows.id(n), 0, 1, new float[] {n, 1});
    }
    index.buildCodes();
    return index;
  }

  private static void put(SliceIndex index, int number, long version, String agent) {
    index.putRow(Rows.row(number, version, 1, agent));
  }

  /** Wanderers go to and fro; others come and go under their values, which change tables too. */
  private static void write(SliceIndex index, AtomicBoolean stopped) {
    Random random = new Random(3);
    List<String> places = List.of("here", "away", "nowhere else");
    for (int i = 2; i < CHANGES; i++) {
      int number = random.nextInt(2) == 0 ? random.nextInt(WANDERERS) : random.nextInt(OTHERS);
      if (number < WANDERERS) {
        put(index, number, i, places.get(random.nextInt(3)));
      } else if (random.nextBoolean()) {
        index.removeRow(Rows.id(number));
      } else {
        put(index, number, i, random.nextInt(20) == 0 ? "here" : "other" + random.nextInt(9));
        index.putVector(Rows.id(number), 0, 1, new float[] {number, 1});
      }
    }
    stopped.set(true);
  }

  private static void read(SliceIndex index, String filter, AtomicBoolean stopped) {
    Filter parsed = FilterParser.parse(filter);
    do {
      IndexAnswer answer =
          index.search(new float[] {-1, 0}, 1_000, Float.NaN, parsed, new Recall(0.9));
      List<Integer> found = new ArrayList<>();
      for (IndexHit hit : answer.hits()) {
        found.add((int) hit.memoryId().value().getLeastSignificantBits());
      }
      assertThat(found).doesNotHaveDuplicates();
      for (int n = 0; n < WANDERERS; n++) {
        assertThat(found).contains(n);
      }
      assertThat(index.count(parsed)).isGreaterThanOrEqualTo(WANDERERS);
    } while (!stopped.get());
  }

  @Test
  void whatPassesThroughoutIsFoundThroughout() throws Exception {
    List<String> filters =
        List.of(
            "agent_id = \"here\" OR agent_id = \"away\" OR agent_id = \"nowhere else\"",
            "agent_id < \"o\"");
    try (SliceIndex index = filled();
        ExecutorService threads = Executors.newFixedThreadPool(filters.size() + 1)) {
      AtomicBoolean stopped = new AtomicBoolean();
      List<Future<?>> readers = new ArrayList<>();
      for (String filter : filters) {
        readers.add(threads.submit(() -> read(index, filter, stopped)));
      }
      threads.submit(() -> write(index, stopped)).get();
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }
}
