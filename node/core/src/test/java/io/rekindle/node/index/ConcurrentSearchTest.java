package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Readers without a lock beside a writer. */
class ConcurrentSearchTest {
  private static final int DIMENSIONS = 64;
  private static final int MEMORIES = 300;
  private static final int CHANGES = 60_000;

  /** A vector that can be told from its number and content version. */
  private static float[] vector(int number, long contentVersion) {
    Random random = new Random(number * 1_000_003L + contentVersion);
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static SliceIndex index(MemoryBudget budget) {
    return new SliceIndex(new IndexSettings(DIMENSIONS, Distance.DOT, List.of("n")), budget);
  }

  /**
   * Memories below 200 always exist and change in place; the others come and go. The agent's name
   * tells whether the version is even, so that a filter and a version that do not belong together
   * show; every name is new, so that codes of names that left are used again all the time.
   */
  private static final class Writer implements Runnable {
    final SliceIndex index;
    final int changes;
    final AtomicBoolean stopped = new AtomicBoolean();

    /** Number of the newest removal of a memory that returned; negative once it is there again. */
    final AtomicLongArray removed = new AtomicLongArray(MEMORIES);

    Writer(SliceIndex index, int changes) {
      this.changes = changes;
      this.index = index;
      for (int n = 0; n < MEMORIES; n++) {
        put(n, 2);
      }
    }

    private static String agent(long version) {
      return (version % 2 == 0 ? "even" : "odd") + version;
    }

    void put(int number, long version) {
      removed.set(number, -1);
      index.putRow(Rows.row(number, version, version, agent(version)));
      index.putVector(Rows.id(number), 0, version, vector(number, version));
    }

    @Override
    public void run() {
      Random random = new Random(11);
      long version = 2;
      for (int i = 0; i < changes; i++) {
        int number = random.nextInt(MEMORIES);
        version++;
        if (number < 200) {
          // The same content under another version: its vector never stops counting.
          index.putRow(Rows.row(number, version, 2, agent(version)));
        } else if (removed.get(number) < 0) {
          index.removeRow(Rows.id(number));
          removed.set(number, version);
        } else {
          put(number, version);
        }
      }
      stopped.set(true);
    }
  }

  private static void read(Writer writer, int seed, Recall recall, float error) {
    Random random = new Random(seed);
    Filter even = FilterParser.parse("agent_id < \"f\"");
    Filter notEven = FilterParser.parse("NOT agent_id < \"f\"");
    do {
      long[] removedBefore = new long[MEMORIES];
      for (int n = 0; n < MEMORIES; n++) {
        removedBefore[n] = writer.removed.get(n);
      }
      float[] query = vector(random.nextInt(), 0);
      int kind = random.nextInt(3);
      Filter filter = kind == 0 ? Filter.ALL : kind == 1 ? even : notEven;
      List<IndexHit> hits = writer.index.search(query, 1_000, Float.NaN, filter, recall).hits();
      Set<Integer> seen = new HashSet<>();
      for (IndexHit hit : hits) {
        int number = (int) hit.memoryId().value().getLeastSignificantBits();
        assertThat(seen.add(number)).isTrue();
        long contentVersion = number < 200 ? 2 : hit.version();
        float score = (float) Vectors.score(Distance.DOT, query, vector(number, contentVersion));
        assertThat(hit.score()).isCloseTo(score, within(error));
        if (kind > 0) {
          assertThat(hit.version() % 2 == 0).isEqualTo(kind == 1);
        }
        if (removedBefore[number] > 0) {
          assertThat(hit.version()).isGreaterThan(removedBefore[number]);
        }
      }
      if (kind == 0) {
        for (int n = 0; n < 200; n++) {
          assertThat(seen).contains(n);
        }
        assertThat(writer.index.count(Filter.ALL)).isBetween(200L, (long) MEMORIES);
      }
    } while (!writer.stopped.get());
  }

  @Test
  void readersSeeWholeAndLivingMemoriesOnly() throws Exception {
    try (SliceIndex index = index(new MemoryBudget(1 << 26))) {
      readBesideAWriter(index, CHANGES, Recall.EXACT, 0);
    }
  }

  private static SliceIndex index(MemoryBudget budget, int listsFrom, int floatsMax) {
    return new SliceIndex(
        new IndexSettings(
            DIMENSIONS,
            Distance.DOT,
            List.of("n"),
            100,
            listsFrom,
            IndexSettings.GATHER_MAX,
            floatsMax),
        budget,
        (id, _, version) -> vector((int) id.value().getLeastSignificantBits(), version));
  }

  @Test
  void readersOfAnIndexWithoutFloatsSeeThemExactly() throws Exception {
    try (SliceIndex index = index(new MemoryBudget(1 << 26), Integer.MAX_VALUE, 0)) {
      readBesideAWriter(index, CHANGES / 4, Recall.EXACT, 0);
    }
  }

  /** Floats leave while searches read them, and their memory is freed under the last of these. */
  @Test
  void readersFindAllExactlyWhileFloatsLeave() throws Exception {
    for (int round = 0; round < 40; round++) {
      MemoryBudget budget = new MemoryBudget(1 << 26);
      SliceIndex index = index(budget, Integer.MAX_VALUE, 150);
      for (int n = 0; n < 140; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, vector(n, 1));
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        AtomicBoolean stopped = new AtomicBoolean();
        List<Future<?>> readers = new ArrayList<>();
        for (int reader = 0; reader < 2; reader++) {
          float[] query = vector(-reader - 1, 0);
          readers.add(threads.submit(() -> readAll(index, query, stopped)));
        }
        threads.submit(() -> grow(index)).get();
        stopped.set(true);
        for (Future<?> reader : readers) {
          reader.get();
        }
      }
      assertThat(index.hasFloatsToFree()).isFalse();
      index.close();
      assertThat(budget.bytesUsed()).isZero();
    }
  }

  /** Half of those that are there change their content, too: a float that stays would be old. */
  private static void grow(SliceIndex index) {
    for (int n = 140; n < 300; n++) {
      index.putRow(Rows.row(n, 1, 1));
      index.putVector(Rows.id(n), 0, 1, vector(n, 1));
      if (index.hasFloatsToFree()) {
        for (int old = 0; old < 70; old++) {
          index.putRow(Rows.row(old, 2, 2));
          index.putVector(Rows.id(old), 0, 2, vector(old, 2));
        }
        index.freeFloats();
      }
    }
  }

  private static void readAll(SliceIndex index, float[] query, AtomicBoolean stopped) {
    do {
      Set<Integer> seen = new HashSet<>();
      for (IndexHit hit : index.search(query, 1_000, Float.NaN, Filter.ALL)) {
        int number = (int) hit.memoryId().value().getLeastSignificantBits();
        seen.add(number);
        float[] vector = vector(number, hit.version());
        assertThat(hit.score()).isEqualTo((float) Vectors.score(Distance.DOT, query, vector));
      }
      for (int n = 70; n < 140; n++) {
        assertThat(seen).contains(n);
      }
    } while (!stopped.get());
  }

  /** With more candidates than vectors, so that nothing may be missing; codes come all the time. */
  @ParameterizedTest
  @CsvSource({"100, 1000", "2147483647, 1000", "100, 0", "2147483647, 0"})
  void readersByCodesSeeWholeAndLivingMemoriesOnly(int listsFrom, int floatsMax) throws Exception {
    MemoryBudget budget = new MemoryBudget(1 << 26);
    // Of vectors of 64 dimensions with numbers up to 5, and of queries of the same lengths.
    float error = floatsMax > 0 ? 0 : 2;
    try (SliceIndex index = index(budget, listsFrom, floatsMax);
        ExecutorService builder = Executors.newSingleThreadExecutor()) {
      AtomicBoolean stopped = new AtomicBoolean();
      Future<Integer> built =
          builder.submit(
              () -> {
                int books = 0;
                while (!stopped.get()) {
                  books += index.buildCodes() ? 1 : 0;
                }
                return books;
              });
      readBesideAWriter(index, CHANGES / 2, new Recall(0.9), error);
      stopped.set(true);
      assertThat(built.get()).isGreaterThan(2);
    }
    assertThat(budget.bytesUsed()).isZero();
  }

  private static void readBesideAWriter(SliceIndex index, int changes, Recall recall, float error)
      throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      Writer writer = new Writer(index, changes);
      List<Future<?>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        int seed = reader;
        readers.add(threads.submit(() -> read(writer, seed, recall, error)));
      }
      threads.submit(writer).get();
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }

  @Test
  void closingWaitsForWhoeverIsInsideAndGivesAllBack() throws Exception {
    for (int round = 0; round < 30; round++) {
      MemoryBudget budget = new MemoryBudget(1 << 26);
      SliceIndex index = index(budget);
      for (int n = 0; n < 500; n++) {
        index.putRow(Rows.row(n, 1, 1));
        index.putVector(Rows.id(n), 0, 1, vector(n, 1));
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        List<Future<?>> users = new ArrayList<>();
        for (int user = 0; user < 2; user++) {
          users.add(threads.submit(() -> searchUntilClosed(index)));
        }
        users.add(threads.submit(() -> changeUntilClosed(index)));
        index.close();
        index.close();
        for (Future<?> user : users) {
          user.get();
        }
      }
      assertThat(budget.bytesUsed()).isZero();
    }
  }

  private static void searchUntilClosed(SliceIndex index) {
    assertThatThrownBy(
            () -> {
              while (true) {
                List<IndexHit> hits = index.search(vector(1, 1), 10, Float.NaN, Filter.ALL);
                assertThat(hits).hasSize(10);
              }
            })
        .isInstanceOfSatisfying(
            RekindleException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY));
  }

  private static void changeUntilClosed(SliceIndex index) {
    int version = 1;
    do {
      version++;
    } while (index.putRow(Rows.row(version % 500, version, 1)));
    assertThat(index.removeRow(Rows.id(1))).isFalse();
  }
}
