package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.MemoryId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * A store with rows and vectors in maps is changed at random; every change reaches the index, in
 * any order within a transaction, once or twice, with stale ones among them, while a build from an
 * old scan goes on. In the end the index must say what the maps say.
 */
class SliceIndexModelTest {
  private static final int MEMORIES = 12;
  private static final int CHUNKS = 3;
  private static final int DIMENSIONS = 8;

  /** Of cosines without floats: sqrt(8) / 254. */
  private static final float SCORE_ERROR = 0.0112f;

  private record ChunkId(int memory, int chunk) {}

  private record Stored(long contentVersion, float[] vector) {}

  /** The truth: what a partition would hold. */
  private static final class Store implements ExactVectors {
    final Map<Integer, IndexRow> rows = new HashMap<>();
    final Map<ChunkId, Stored> vectors = new HashMap<>();
    final Random random;
    long clock;

    Store(Random random) {
      this.random = random;
    }

    @Override
    public float @Nullable [] read(MemoryId id, int chunk, long contentVersion) {
      int memory = (int) id.value().getLeastSignificantBits();
      Stored stored = vectors.get(new ChunkId(memory, chunk));
      return stored == null || stored.contentVersion() != contentVersion ? null : stored.vector();
    }

    Set<Integer> chunks(int memory) {
      Set<Integer> chunks = new TreeSet<>();
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        if (vectors.containsKey(new ChunkId(memory, chunk))) {
          chunks.add(chunk);
        }
      }
      return chunks;
    }

    /** One transaction; returns what the hook would be told, in any order, some of it twice. */
    List<Change> transaction() {
      int memory = random.nextInt(MEMORIES);
      IndexRow row = rows.get(memory);
      List<Change> changes = new ArrayList<>();
      switch (random.nextInt(row == null ? 1 : 5)) {
        case 0 -> update(memory, row, true, changes);
        case 1 -> update(memory, row, false, changes);
        case 2, 3 -> complete(memory, changes);
        default -> delete(memory, changes);
      }
      Collections.shuffle(changes, random);
      if (random.nextInt(3) == 0) {
        // Twice, each key's changes in their order, as a partition hands them over.
        changes.addAll(List.copyOf(changes));
      }
      return changes;
    }

    private void update(int memory, @Nullable IndexRow row, boolean content, List<Change> changes) {
      long version = row == null ? 1 : row.columns().version() + 1;
      long contentVersion = row == null || content ? version : row.columns().contentVersion();
      String agent = "agent" + random.nextInt(5);
      Instant now = Rows.START.plusSeconds(clock++);
      Instant createdAt = row == null ? now : row.columns().createdAt();
      IndexRow updated = Rows.row(memory, version, contentVersion, agent, createdAt, now);
      rows.put(memory, updated);
      changes.add(index -> index.putRow(updated));
      if (content) {
        removeVectors(memory, changes);
      }
    }

    private void complete(int memory, List<Change> changes) {
      IndexRow row = rows.get(memory);
      if (row != null) {
        int chunk = random.nextInt(CHUNKS);
        long version = row.columns().contentVersion();
        Stored stored = new Stored(version, Vectors.clustered(random, DIMENSIONS));
        vectors.put(new ChunkId(memory, chunk), stored);
        changes.add(index -> index.putVector(Rows.id(memory), chunk, version, stored.vector()));
        update(memory, row, false, changes);
      }
    }

    private void delete(int memory, List<Change> changes) {
      rows.remove(memory);
      changes.add(index -> index.removeRow(Rows.id(memory)));
      removeVectors(memory, changes);
    }

    private void removeVectors(int memory, List<Change> changes) {
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        int number = chunk;
        if (vectors.remove(new ChunkId(memory, chunk)) != null) {
          changes.add(index -> index.removeVector(Rows.id(memory), number));
        }
      }
    }
  }

  /** What the hook tells the index. */
  private interface Change {
    boolean apply(SliceIndex index);
  }

  /**
   * Codes come and go with a few memories, half of the time in lists from twice as many on. Floats
   * stay, or leave soon, or late, or were never there.
   */
  private static SliceIndex index(long seed, Store store) {
    int listsFrom = (seed & 1) == 0 ? Integer.MAX_VALUE : 16;
    int floatsMax =
        switch ((int) (seed >> 1) & 3) {
          case 0 -> Integer.MAX_VALUE;
          case 1 -> 20;
          case 2 -> 10;
          default -> 0;
        };
    return new SliceIndex(
        new IndexSettings(
            DIMENSIONS,
            Distance.COSINE,
            List.of(),
            8,
            listsFrom,
            IndexSettings.GATHER_MAX,
            floatsMax),
        new MemoryBudget(1 << 26),
        store);
  }

  /** Makes codes now and then, while changes go on between any two looks at a vector. */
  private static void sometimesBuildCodes(Store store, SliceIndex index, Random random) {
    if (index.hasFloatsToFree() && random.nextBoolean()) {
      index.freeFloats();
    }
    if (index.wantsCodes() && random.nextInt(3) == 0) {
      index.buildCodes(
          () -> {
            while (random.nextInt(3) == 0) {
              store.transaction().forEach(change -> change.apply(index));
            }
            return random.nextInt(100) == 0;
          });
    }
  }

  @Property(tries = 200)
  void followsEveryChange(@ForAll long seed) {
    Random random = new Random(seed);
    Store store = new Store(random);
    try (SliceIndex index = index(seed, store)) {
      for (int i = 0; i < 150; i++) {
        store.transaction().forEach(change -> change.apply(index));
        replayStale(store, index, random);
        sometimesBuildCodes(store, index, random);
        if (i % 10 == 0) {
          assertSame(store, index, random);
        }
      }
      assertSame(store, index, random);
      assertNothingIsLeftWhenAllIsRemoved(index);
    }
  }

  /** Old versions of rows and vectors that are there must be ignored. */
  private static void replayStale(Store store, SliceIndex index, Random random) {
    int memory = random.nextInt(MEMORIES);
    IndexRow row = store.rows.get(memory);
    if (row != null && row.columns().version() > 1) {
      index.putRow(Rows.row(memory, row.columns().version() - 1, 1, "stale"));
      if (row.columns().contentVersion() > 1) {
        index.putVector(
            Rows.id(memory), 0, row.columns().contentVersion() - 1, new float[DIMENSIONS]);
      }
    }
  }

  @Property(tries = 200)
  void aBuildFromAnOldScanRacesWithLiveChanges(@ForAll long seed) {
    Random random = new Random(seed);
    Store store = new Store(random);
    try (SliceIndex index = index(seed, store)) {
      for (int i = 0; i < 60; i++) {
        store.transaction();
      }
      try (SliceBuild build = index.beginBuild()) {
        List<Runnable> scan = scan(store, build);
        Collections.shuffle(scan, random);
        for (Runnable item : scan) {
          while (random.nextInt(3) > 0) {
            store.transaction().forEach(change -> change.apply(index));
          }
          sometimesBuildCodes(store, index, random);
          item.run();
        }
        assertThat(build.trustworthy()).isTrue();
      }
      assertSame(store, index, random);
      for (int i = 0; i < 20; i++) {
        store.transaction().forEach(change -> change.apply(index));
      }
      assertSame(store, index, random);
    }
  }

  /** What a scan that began now would bring, however late. */
  private static List<Runnable> scan(Store store, SliceBuild build) {
    List<Runnable> scan = new ArrayList<>();
    store.rows.forEach(
        (memory, row) -> {
          int chunks = store.chunks(memory).size();
          scan.add(() -> build.putRow(row, chunks));
        });
    store.vectors.forEach(
        (id, stored) ->
            scan.add(
                () ->
                    build.putVector(
                        Rows.id(id.memory()),
                        id.chunk(),
                        stored.contentVersion(),
                        stored.vector())));
    return scan;
  }

  /** What a scan brings after a snapshot was loaded: rows, and the vectors that are lacking. */
  private static List<Runnable> scanOfRows(Store store, SliceBuild build) {
    List<Runnable> scan = new ArrayList<>();
    store.rows.forEach(
        (memory, row) -> {
          Set<Integer> chunks = store.chunks(memory);
          long version = row.columns().contentVersion();
          scan.add(
              () -> {
                build.putRow(row, chunks.size());
                for (int chunk : chunks) {
                  Stored stored = store.vectors.get(new ChunkId(memory, chunk));
                  if (stored != null && !build.hasVector(Rows.id(memory), chunk, version)) {
                    build.putVector(
                        Rows.id(memory), chunk, stored.contentVersion(), stored.vector());
                  }
                }
              });
        });
    return scan;
  }

  /** A snapshot of any age, cut or not, that is loaded and caught up while live changes go on. */
  @Property(tries = 400)
  void aSnapshotOfAnyAgeIsCaughtUpWith(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    Store store = new Store(random);
    ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
    try (SliceIndex before = withoutFloats(seed, store)) {
      for (int i = 0; i < 60; i++) {
        store.transaction().forEach(change -> change.apply(before));
      }
      assertThat(before.writeSnapshot(snapshot)).isTrue();
    }
    for (int missed = random.nextInt(4) * 10; missed > 0; missed--) {
      store.transaction();
    }
    try (SliceIndex index = withoutFloats(seed, store)) {
      try (SliceBuild build = index.beginBuild()) {
        Runnable changes =
            () -> {
              if (random.nextInt(3) == 0) {
                store.transaction().forEach(change -> change.apply(index));
              }
            };
        boolean loaded = load(build, snapshot.toByteArray(), random, changes);
        List<Runnable> scan = loaded ? scanOfRows(store, build) : scan(store, build);
        Collections.shuffle(scan, random);
        scan.forEach(
            item -> {
              changes.run();
              sometimesBuildCodes(store, index, random);
              item.run();
            });
        assertThat(build.trustworthy()).isTrue();
      }
      assertSame(store, index, random);
      assertNothingIsLeftWhenAllIsRemoved(index);
    }
  }

  private static SliceIndex withoutFloats(long seed, Store store) {
    return index(seed | 6, store);
  }

  /** Of four snapshots one is cut, which shows unless nothing was to be loaded from it. */
  private static boolean load(SliceBuild build, byte[] snapshot, Random random, Runnable changes) {
    int length = random.nextInt(4) == 0 ? random.nextInt(snapshot.length) : snapshot.length;
    try {
      int memories = build.load(slowly(snapshot, length, changes), _ -> {});
      assertThat(length == snapshot.length || memories == 0).isTrue();
      return true;
    } catch (IOException e) {
      assertThat(length).isLessThan(snapshot.length);
      return false;
    }
  }

  private static InputStream slowly(byte[] bytes, int length, Runnable changes) {
    return new FilterInputStream(new ByteArrayInputStream(bytes, 0, length)) {
      @Override
      public int read(byte[] into, int offset, int most) throws IOException {
        changes.run();
        return super.read(into, offset, Math.min(most, 50));
      }
    };
  }

  private static void assertSame(Store store, SliceIndex index, Random random) {
    assertThat(index.rows()).isEqualTo(store.rows.size());
    assertThat(index.count(Filter.ALL)).isEqualTo(store.rows.size());
    assertThat(index.vectors()).isEqualTo(store.vectors.size());
    assertThat(index.waitingVectors()).isZero();
    float[] query = Vectors.clustered(random, DIMENSIONS);
    Map<MemoryId, Float> expected = new HashMap<>();
    store.vectors.forEach(
        (id, stored) ->
            expected.merge(
                Rows.id(id.memory()),
                (float) Vectors.score(Distance.COSINE, query, stored.vector()),
                Math::max));
    assertFound(store, expected, index.search(query, 1_000, Float.NaN, Filter.ALL), 0);
    // There are more candidates than vectors: codes may leave out nothing here.
    assertFound(
        store,
        expected,
        index.search(query, 1_000, Float.NaN, Filter.ALL, new Recall(0.9)).hits(),
        SCORE_ERROR);
    for (int agent = 0; agent < 5; agent++) {
      String name = "agent" + agent;
      assertThat(index.count(FilterParser.parse("agent_id = \"" + name + "\"")))
          .isEqualTo(
              store.rows.values().stream()
                  .filter(row -> name.equals(row.columns().agentId()))
                  .count());
    }
  }

  private static void assertFound(
      Store store, Map<MemoryId, Float> expected, List<IndexHit> hits, float error) {
    assertThat(hits).hasSameSizeAs(expected.keySet());
    for (IndexHit hit : hits) {
      assertThat(hit.score())
          .isCloseTo(Objects.requireNonNull(expected.get(hit.memoryId())), within(error));
      int memory = (int) hit.memoryId().value().getLeastSignificantBits();
      IndexRow row = Objects.requireNonNull(store.rows.get(memory));
      assertThat(hit.version()).isEqualTo(row.columns().version());
    }
  }

  private static void assertNothingIsLeftWhenAllIsRemoved(SliceIndex index) {
    for (int memory = 0; memory < MEMORIES; memory++) {
      index.removeRow(Rows.id(memory));
    }
    assertThat(index.rows()).isZero();
    assertThat(index.vectors()).isZero();
    long empty = index.bytes();
    index.putRow(Rows.row(0, 1, 1));
    assertThat(index.bytes()).isGreaterThan(empty);
    index.removeRow(Rows.id(0));
    assertThat(index.bytes()).isEqualTo(empty);
  }
}
