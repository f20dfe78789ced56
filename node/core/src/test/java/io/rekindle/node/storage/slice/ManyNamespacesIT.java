package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.IndexHit;
import io.rekindle.node.index.IndexRow;
import io.rekindle.node.keyring.SliceFileCipher;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More namespaces than the index has memory for: all are served, from within that memory. */
@Timeout(120)
class ManyNamespacesIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final int NAMESPACES = 40;
  private static final int MEMORIES = 3;
  private static final int LARGE = 300;

  private static final double FIT = 6.5;

  private static final List<Namespace> spaces = new ArrayList<>();

  /** By namespace; the vector of each is that of its number. */
  private static final List<List<MemoryId>> ids = new ArrayList<>();

  @TempDir static Path folder;
  private static long sliceBytes;

  @BeforeAll
  static void store() {
    for (int i = 0; i < NAMESPACES; i++) {
      Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
      List<MemoryId> own = new ArrayList<>();
      for (int number = 0; number < MEMORIES; number++) {
        own.add(store(space, number));
      }
      spaces.add(space);
      ids.add(own);
    }
    try (SliceIndexes one = indexes(Long.MAX_VALUE)) {
      requireRight(one, 0);
      sliceBytes = one.bytesUsed();
    }
  }

  @AfterAll
  static void giveTheHookBack() {
    NODE.hook().attach(NODE.storage().indexes());
  }

  /** With room for a part of another one, which is then begun and not filled; and with none. */
  @ParameterizedTest
  @ValueSource(doubles = {6.5, 6, 1})
  void theSlicesInMemoryAreAsManyAsFitAndEachThatLeftAnswersRightAgain(double fit) {
    long bytesMax = (long) (fit * sliceBytes);
    try (SliceIndexes indexes = indexes(bytesMax)) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < NAMESPACES; i++) {
          requireRight(indexes, i);
          assertThat(indexes.bytesUsed()).isLessThanOrEqualTo(bytesMax);
          assertThat(indexes.loaded()).isLessThanOrEqualTo((int) fit);
        }
      }
      assertThat(indexes.loaded()).isEqualTo((int) fit);
    }
  }

  /** It is read anew for each time that it did not fit, and needs the room of all the others. */
  @Test
  void aLargeSliceThatNeedsTheRoomOfManyIsNotReadForEachOfThem() {
    Namespace large = SharedNode.freshNamespace(StorageNode.externalSettings());
    for (int number = 0; number < LARGE; number++) {
      var _ = store(large, number);
    }
    AtomicInteger rowsRead = new AtomicInteger();
    try (SliceIndexes alone = indexes(Long.MAX_VALUE)) {
      assertThat(count(alone, large)).isEqualTo(LARGE);
      long bytesMax = alone.bytesUsed();
      SliceReader counting = new CountingReader(new SealedSliceReader(NODE.keyring()), rowsRead);
      try (SliceIndexes indexes = indexes(bytesMax, counting)) {
        for (int i = 0; i < NAMESPACES; i++) {
          requireRight(indexes, i);
        }
        int others = indexes.loaded();
        rowsRead.set(0);
        assertThat(count(indexes, large)).isEqualTo(LARGE);
        assertThat(indexes.loaded()).isEqualTo(1);
        int reads = Integer.SIZE - Integer.numberOfLeadingZeros(others) + 1;
        assertThat(others).isGreaterThan(reads);
        assertThat(rowsRead.get()).isLessThanOrEqualTo(reads * LARGE);
      }
    }
  }

  private static int count(SliceIndexes indexes, Namespace space) {
    return indexes.ask(space, SliceId.of(space.id(), 0), index -> index.rows());
  }

  private record CountingReader(SliceReader real, AtomicInteger rows) implements SliceReader {
    @Override
    public void prepare(NamespaceId namespace) {
      real.prepare(namespace);
    }

    @Override
    public boolean opensAtOnce(NamespaceId namespace) {
      return real.opensAtOnce(namespace);
    }

    @Override
    public SliceKey key(Object key) {
      return real.key(key);
    }

    @Override
    public Object value(Object value) {
      return real.value(value);
    }

    @Override
    public IndexRow row(Namespace namespace, MemoryKey key, MemoryRow row) {
      rows.incrementAndGet();
      return real.row(namespace, key, row);
    }

    @Override
    public String content(Namespace namespace, MemoryKey key, MemoryRow row) {
      return real.content(namespace, key, row);
    }

    @Override
    public float[] vector(VectorKey key, VectorRow row) {
      return real.vector(key, row);
    }
  }

  @Test
  void theOneUsedLongestAgoLeavesFirst() {
    try (SliceIndexes indexes = indexes((long) (FIT * sliceBytes))) {
      requireRight(indexes, 0);
      for (int i = 1; i < NAMESPACES; i++) {
        requireRight(indexes, i);
        long before = indexes.bytesUsed();
        requireRight(indexes, 0);
        assertThat(indexes.bytesUsed()).as("it was still there").isEqualTo(before);
      }
    }
  }

  @Test
  void whatChangedWhileASliceWasAwayIsThereWhenItIsBack() {
    try (SliceIndexes indexes = indexes((long) (FIT * sliceBytes))) {
      NODE.hook().attach(indexes);
      requireRight(indexes, 7);
      for (int i = 8; i < 8 + FIT + 1; i++) {
        requireRight(indexes, i);
      }
      ids.get(7).add(store(spaces.get(7), MEMORIES));
      requireRight(indexes, 7);
    }
  }

  @Test
  void manyAtOnceAreServedToo() throws Exception {
    try (SliceIndexes indexes = indexes((long) (FIT * sliceBytes));
        ExecutorService callers = Executors.newFixedThreadPool(3)) {
      List<Future<?>> all = new ArrayList<>();
      for (int caller = 0; caller < 3; caller++) {
        Random random = new Random(caller);
        all.add(
            callers.submit(
                () -> {
                  for (int i = 0; i < 300; i++) {
                    requireRight(indexes, random.nextInt(NAMESPACES));
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
      assertThat(indexes.bytesUsed()).isLessThanOrEqualTo((long) (FIT * sliceBytes));
    }
  }

  private static void requireRight(SliceIndexes indexes, int i) {
    Namespace space = spaces.get(i);
    float[] query = Drafts.vectorOf(1);
    List<MemoryId> found =
        indexes
            .ask(
                space,
                SliceId.of(space.id(), 0),
                index -> index.search(query, 10, Float.NaN, Filter.ALL))
            .stream()
            .map(IndexHit::memoryId)
            .toList();
    assertThat(found).containsExactlyInAnyOrderElementsOf(ids.get(i));
    assertThat(found.getFirst()).isEqualTo(ids.get(i).get(1));
  }

  private static SliceIndexes indexes(long bytesMax) {
    return indexes(bytesMax, new SealedSliceReader(NODE.keyring()));
  }

  private static SliceIndexes indexes(long bytesMax, SliceReader reader) {
    return new SliceIndexes(
        NODE.caches(),
        reader,
        slice -> new SliceFileCipher(NODE.keyring(), slice),
        new SliceIndexes.Settings(
            bytesMax,
            Duration.ofMinutes(10),
            Duration.ofSeconds(20),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            0,
            Integer.MAX_VALUE,
            new WordSettings(1 << 20, folder, Integer.MAX_VALUE, Duration.ofHours(20), 0),
            new SnapshotSettings(folder, Integer.MAX_VALUE, Duration.ofHours(20), 0)));
  }

  private static MemoryId store(Namespace space, int number) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    var _ =
        NODE.storage()
            .memories()
            .store(
                StorageNode.PASS,
                space,
                Drafts.of("number " + number).vector(Drafts.vectorOf(number)).draft(),
                id,
                null,
                null,
                "many");
    return id;
  }
}
