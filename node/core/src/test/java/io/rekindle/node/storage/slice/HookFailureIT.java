package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.IndexHit;
import io.rekindle.node.index.IndexRow;
import io.rekindle.node.index.words.WordHit;
import io.rekindle.node.keyring.SliceFileCipher;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.IndexMirror;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.SliceKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever fails inside the commit: the put succeeds, and the index is built anew. */
class HookFailureIT {
  private static final StorageNode NODE = SharedNode.node();

  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  private final FailingReader reader = new FailingReader();
  @TempDir static Path folder;

  private final SliceIndexes indexes =
      new SliceIndexes(
          NODE.caches(),
          reader,
          slice -> new SliceFileCipher(NODE.keyring(), slice),
          new SliceIndexes.Settings(
              16 << 20,
              Duration.ofMinutes(1),
              Duration.ofSeconds(10),
              Integer.MAX_VALUE,
              Integer.MAX_VALUE,
              0,
              Integer.MAX_VALUE,
              noWords(),
              new SnapshotSettings(folder, Integer.MAX_VALUE, Duration.ofHours(1), 0)));

  private static WordSettings noWords() {
    return new WordSettings(1 << 20, folder, Integer.MAX_VALUE, Duration.ofHours(1), 0);
  }

  /** Every step of the way from Ignite to the index. */
  enum Step {
    KEY,
    OPENS_AT_ONCE,
    NOT_UNWRAPPED,
    VALUE,
    VALUE_OF_ANOTHER_KIND,
    ROW,
    VECTOR
  }

  /** Enough for some dozens of rows. */
  private static final long FEW_BYTES = 64 << 10;

  private static final int MORE_ROWS_THAN_FIT = 2_000;

  @AfterEach
  void giveTheHookBack() {
    NODE.hook().attach(NODE.storage().indexes());
    NODE.storage().indexes().forget(space.id());
    indexes.close();
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void noPutFailsAndTheIndexComesBackWhole(Step step) {
    NODE.hook().attach(indexes);
    MemoryId first = store(1);
    assertThat(rows()).isEqualTo(1);

    reader.failing = step;
    MemoryId id = store(2);
    NODE.storage()
        .memories()
        .update(
            StorageNode.PASS,
            space,
            id,
            null,
            Drafts.of("changed").vector(Drafts.vectorOf(9)).patch(Field.CONTENT, Field.VECTOR),
            null,
            "lineage");
    MemoryId gone = store(3);
    NODE.storage().memories().delete(StorageNode.PASS, space, gone, null, null, "lineage");
    assertThat(indexes.changesLost()).isPositive();

    reader.failing = null;
    assertThat(rows()).isEqualTo(2);
    assertThat(nearest(9)).containsExactly(id, first);
    assertThat(nearest(1)).containsExactly(first, id);
    giveTheHookBack();
    IndexMirror.check(NODE, space);
  }

  /** The one step that is the index's own: it takes memory, and may be refused. */
  @Test
  void noPutFailsWhenTheIndexHasNoMemoryLeft() {
    try (SliceIndexes small =
        new SliceIndexes(
            NODE.caches(),
            reader,
            slice -> new SliceFileCipher(NODE.keyring(), slice),
            new SliceIndexes.Settings(
                FEW_BYTES,
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                0,
                Integer.MAX_VALUE,
                noWords(),
                new SnapshotSettings(folder, Integer.MAX_VALUE, Duration.ofHours(1), 0)))) {
      NODE.hook().attach(small);
      store(0);
      assertThat(rows(small)).isEqualTo(1);

      int stored = 1;
      while (small.changesLost() == 0 && stored < MORE_ROWS_THAN_FIT) {
        store(stored++);
      }

      assertThat(small.changesLost()).isPositive();
      assertThat(stored).isGreaterThan(10);
      assertThatExceptionOfType(RekindleException.class)
          .as("what lacks a row is not asked")
          .isThrownBy(() -> rows(small))
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY_EXHAUSTED));
      assertThat(NODE.storage().memories().get(StorageNode.PASS, space, store(stored)).columns())
          .isNotNull();
      giveTheHookBack();
      IndexMirror.check(NODE, space);
    }
  }

  private int rows() {
    return rows(indexes);
  }

  private int rows(SliceIndexes indexes) {
    return indexes.ask(space, SliceId.of(space.id(), 0), index -> index.rows());
  }

  /** By their vectors as they are now; the index finds none that it did not learn. */
  private List<MemoryId> nearest(int number) {
    float[] query = Drafts.vectorOf(number);
    return indexes
        .ask(
            space,
            SliceId.of(space.id(), 0),
            index -> index.search(query, 10, Float.NaN, Filter.ALL))
        .stream()
        .map(IndexHit::memoryId)
        .toList();
  }

  /** What a failed search had taken from the changes must not be missed by all later ones. */
  @Test
  void contentsThatOneSearchCouldNotReadAreReadByTheNext() {
    NODE.hook().attach(indexes);
    MemoryId first = store(0);
    assertThat(findByWords()).containsExactly(first);
    MemoryId second = store(1);
    reader.contentFails = true;
    assertThatThrownBy(this::findByWords).isInstanceOf(StackOverflowError.class);
    reader.contentFails = false;

    assertThat(findByWords()).containsExactlyInAnyOrder(first, second);
  }

  @Test
  void wordsThatFindNoRoomAreNotTakenInAgainAtOnce() {
    try (SliceIndexes small =
        new SliceIndexes(
            NODE.caches(),
            reader,
            slice -> new SliceFileCipher(NODE.keyring(), slice),
            new SliceIndexes.Settings(
                16 << 20,
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                0,
                Integer.MAX_VALUE,
                new WordSettings(1, folder, Integer.MAX_VALUE, Duration.ofHours(1), 0),
                new SnapshotSettings(folder, Integer.MAX_VALUE, Duration.ofHours(1), 0)))) {
      store(0);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> findByWords(small))
            .isInstanceOfSatisfying(
                RekindleException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY_EXHAUSTED));
      }
      assertThat(reader.contentsRead).hasValue(1);
      assertThat(small.wordsBytesUsed()).isZero();
    }
  }

  private List<MemoryId> findByWords() {
    return findByWords(indexes);
  }

  private List<MemoryId> findByWords(SliceIndexes asked) {
    WordQuestion number = new WordQuestion("number", 10, Float.NaN, Filter.ALL, null, false);
    return asked.searchWords(space, SliceId.of(space.id(), 0), number).stream()
        .map(WordHit::memoryId)
        .toList();
  }

  private MemoryId store(int number) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    NODE.storage()
        .memories()
        .store(
            StorageNode.PASS,
            space,
            Drafts.of("number " + number).vector(Drafts.vectorOf(number)).draft(),
            id,
            null,
            null,
            "lineage");
    return id;
  }

  /** The real reader, which throws at one step; an Error, the worst that can come. */
  private static final class FailingReader implements SliceReader {
    private final SliceReader real = new SealedSliceReader(NODE.keyring());
    final AtomicInteger contentsRead = new AtomicInteger();
    volatile @Nullable Step failing;
    volatile boolean contentFails;

    private void pass(Step step) {
      if (failing == step) {
        throw new StackOverflowError("injected");
      }
    }

    @Override
    public void prepare(NamespaceId namespace) {
      real.prepare(namespace);
    }

    @Override
    public boolean opensAtOnce(NamespaceId namespace) {
      pass(Step.OPENS_AT_ONCE);
      return failing != Step.NOT_UNWRAPPED && real.opensAtOnce(namespace);
    }

    @Override
    public SliceKey key(Object key) {
      pass(Step.KEY);
      return real.key(key);
    }

    @Override
    public Object value(Object value) {
      pass(Step.VALUE);
      return failing == Step.VALUE_OF_ANOTHER_KIND ? "nonsense" : real.value(value);
    }

    @Override
    public IndexRow row(Namespace namespace, MemoryKey key, MemoryRow row) {
      pass(Step.ROW);
      return real.row(namespace, key, row);
    }

    @Override
    public String content(Namespace namespace, MemoryKey key, MemoryRow row) {
      contentsRead.incrementAndGet();
      if (contentFails) {
        throw new StackOverflowError("injected");
      }
      return real.content(namespace, key, row);
    }

    @Override
    public float[] vector(VectorKey key, VectorRow row) {
      pass(Step.VECTOR);
      return real.vector(key, row);
    }
  }
}
