package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.index.IndexHit;
import io.rekindle.node.index.IndexRow;
import io.rekindle.node.keyring.SliceFileCipher;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a slice of a real node: what they spare, and whatever may be wrong with them. */
class SnapshotIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final int FROM = 10;
  private static final Duration MAX_AGE = Duration.ofHours(20);

  @TempDir Path folder;
  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  private final SliceId slice = SliceId.of(space.id(), 0);
  private final AtomicInteger opened = new AtomicInteger();
  private final SliceReader reader = new CountingReader();
  private final List<MemoryId> ids = new ArrayList<>();
  private final List<SliceIndexes> started = new ArrayList<>();

  /** As the node's, and counts the vectors that it opens. */
  private final class CountingReader implements SliceReader {
    private final SliceReader real = new SealedSliceReader(NODE.keyring());

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
      return real.row(namespace, key, row);
    }

    @Override
    public String content(Namespace namespace, MemoryKey key, MemoryRow row) {
      return real.content(namespace, key, row);
    }

    @Override
    public float[] vector(VectorKey key, VectorRow row) {
      opened.incrementAndGet();
      return real.vector(key, row);
    }
  }

  @AfterEach
  void giveTheHookBack() {
    NODE.hook().attach(NODE.storage().indexes());
    NODE.storage().indexes().forget(space.id());
    started.forEach(SliceIndexes::close);
  }

  /** The indexes of a process that starts on the data folder now. */
  private SliceIndexes start() {
    return start(0);
  }

  private SliceIndexes start(long diskReserveBytes) {
    SliceIndexes indexes =
        new SliceIndexes(
            NODE.caches(),
            reader,
            id -> new SliceFileCipher(NODE.keyring(), id),
            new SliceIndexes.Settings(
                16 << 20,
                Duration.ofMinutes(1),
                Duration.ofSeconds(10),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                0,
                FROM - 1,
                new WordSettings(
                    1 << 20, folder.resolve("words"), Integer.MAX_VALUE, Duration.ofHours(1), 0),
                new SnapshotSettings(vectors(), FROM, MAX_AGE, diskReserveBytes)));
    NODE.hook().attach(indexes);
    started.add(indexes);
    opened.set(0);
    return indexes;
  }

  private Path vectors() {
    return folder.resolve("vectors");
  }

  private Path file() {
    return vectors().resolve(slice.value().toString());
  }

  private SliceIndexes withSnapshot(int memories) {
    SliceIndexes indexes = start();
    for (int number = 0; number < memories; number++) {
      store(number);
    }
    assertFinds(indexes, ids);
    indexes.keepSnapshots();
    return indexes;
  }

  private void store(int number) {
    MemoryId id = new MemoryId(UUID.randomUUID());
    ids.add(id);
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
  }

  private void delete(MemoryId id) {
    NODE.storage().memories().delete(StorageNode.PASS, space, id, null, null, "lineage");
    ids.remove(id);
  }

  private void assertFinds(SliceIndexes indexes, List<MemoryId> expected) {
    List<IndexHit> hits =
        indexes.ask(
            space, slice, index -> index.search(Drafts.vectorOf(-1), 1_000, Float.NaN, Filter.ALL));
    assertThat(hits.stream().map(IndexHit::memoryId)).containsExactlyInAnyOrderElementsOf(expected);
  }

  /** Vectors that a search reads itself, because floats are not kept, are not counted. */
  private int openedByAStart(SliceIndexes indexes) {
    indexes.ask(space, slice, index -> index.count(Filter.ALL));
    return opened.get();
  }

  @Test
  void aStartOpensNoVectorThatASnapshotHas() throws IOException {
    withSnapshot(20);
    assertThat(Files.getPosixFilePermissions(vectors()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));

    SliceIndexes second = start();
    assertThat(openedByAStart(second)).isZero();
    assertFinds(second, ids);
  }

  @Test
  void aStartOpensWhatChangedSince() {
    withSnapshot(20);
    // Told to nobody: as if another process had done it, or this one long after its snapshot.
    NODE.hook().attach(NODE.storage().indexes());
    delete(ids.getFirst());
    store(20);
    store(21);
    NODE.storage()
        .memories()
        .update(
            StorageNode.PASS,
            space,
            ids.get(5),
            null,
            Drafts.of("unused").patch(MemoryPatch.Field.TAGS),
            null,
            "lineage");

    SliceIndexes second = start();
    assertThat(openedByAStart(second)).isEqualTo(3);
    assertFinds(second, ids);
    second.keepSnapshots();

    SliceIndexes third = start();
    assertThat(openedByAStart(third)).as("three of twenty were worth another one").isZero();
    assertFinds(third, ids);
  }

  @Test
  void aMemoryThatWasStoredAnewUnderItsIdIsFoundByItsNewVector() {
    SliceIndexes first = withSnapshot(20);
    MemoryId id = ids.getFirst();
    first.close();
    delete(id);
    ids.addFirst(id);
    NODE.storage()
        .memories()
        .store(
            StorageNode.PASS,
            space,
            Drafts.of("again").vector(Drafts.vectorOf(777)).draft(),
            id,
            null,
            null,
            "lineage");

    List<IndexHit> hits =
        start()
            .ask(
                space,
                slice,
                index -> index.search(Drafts.vectorOf(777), 1, Float.NaN, Filter.ALL));
    assertThat(hits.getFirst().memoryId()).isEqualTo(id);
    assertThat(hits.getFirst().score()).isGreaterThan(0.999f);
  }

  @Test
  void theFileShowsNeitherVectorsNorIds() throws IOException {
    withSnapshot(20);
    byte[] bytes = Files.readAllBytes(file());
    assertThat(bytes.length).isGreaterThan(20 * 64);
    UUID id = ids.getFirst().value();
    byte[] plain =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
        .doesNotContain(new String(plain, StandardCharsets.ISO_8859_1))
        .doesNotContain("COSINE");
  }

  @Test
  void whateverIsWrongWithTheFileEveryVectorIsReadAndTheFileGoes() throws IOException {
    withSnapshot(20);
    byte[] good = Files.readAllBytes(file());
    for (int damage = 0; damage < 5; damage++) {
      byte[] bad = damaged(good, damage);
      Files.write(file(), bad);

      SliceIndexes indexes = start();
      assertThat(openedByAStart(indexes)).as("damage %d", damage).isEqualTo(20);
      assertFinds(indexes, ids);
      assertThat(file()).doesNotExist();
      indexes.close();
    }
  }

  private static byte[] damaged(byte[] good, int damage) {
    byte[] bad = damage == 3 ? Arrays.copyOf(good, good.length / 2) : good.clone();
    switch (damage) {
      case 0 -> bad[0]++;
      case 1 -> bad[good.length / 2]++;
      case 2 -> bad[good.length - 1]++;
      case 4 -> bad = new byte[0];
      default -> {}
    }
    return bad;
  }

  @Test
  void theFileOfAnotherSliceDoesNotOpen() throws IOException {
    withSnapshot(20);
    byte[] foreign = Files.readAllBytes(file());
    Namespace other = SharedNode.freshNamespace(StorageNode.externalSettings());
    SliceId otherSlice = SliceId.of(other.id(), 0);
    Path otherFile = vectors().resolve(otherSlice.value().toString());
    Files.write(otherFile, foreign);

    long rows = start().ask(other, otherSlice, index -> index.count(Filter.ALL));
    assertThat(rows).isZero();
    assertThat(otherFile).doesNotExist();
  }

  @Test
  void noneOfASmallSliceAndOfOneThatBecameSmallNoMore() {
    SliceIndexes indexes = withSnapshot(FROM - 1);
    assertThat(file()).doesNotExist();

    store(99);
    indexes.keepSnapshots();
    assertThat(file()).exists();

    delete(ids.getFirst());
    indexes.keepSnapshots();
    assertThat(file()).doesNotExist();
  }

  @Test
  void writtenAnewWhenMuchChangedOrItIsOld() throws IOException {
    SliceIndexes indexes = withSnapshot(40);
    FileTime past = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(file(), past);
    indexes.keepSnapshots();
    assertThat(Files.getLastModifiedTime(file())).as("nothing changed").isEqualTo(past);

    delete(ids.getLast());
    indexes.keepSnapshots();
    assertThat(Files.getLastModifiedTime(file())).as("little changed").isEqualTo(past);

    Files.setLastModifiedTime(file(), old());
    indexes.keepSnapshots();
    assertThat(Files.getLastModifiedTime(file())).as("old").isGreaterThan(past);

    Files.setLastModifiedTime(file(), past);
    for (int i = 0; i < 3; i++) {
      delete(ids.getLast());
    }
    indexes.keepSnapshots();
    assertThat(Files.getLastModifiedTime(file())).as("much changed").isGreaterThan(past);

    Files.setLastModifiedTime(file(), old());
    FileTime before = Files.getLastModifiedTime(file());
    indexes.keepSnapshots();
    assertThat(Files.getLastModifiedTime(file())).as("old, unchanged").isEqualTo(before);
  }

  private static FileTime old() {
    return FileTime.from(Instant.now().minus(MAX_AGE).minusSeconds(60));
  }

  @Test
  void anOldOneThatNobodyUsesGoes() throws IOException {
    withSnapshot(20);
    SliceIndexes idle = start();
    idle.keepSnapshots();
    assertThat(file()).exists();

    Files.setLastModifiedTime(file(), old());
    idle.keepSnapshots();
    assertThat(file()).doesNotExist();
  }

  /** Better none than one with vectors that were deleted a day ago. */
  @Test
  void withoutRoomOnDiskNoneIsWrittenAndAnOldOneGoes() throws IOException {
    withSnapshot(20).close();
    SliceIndexes full = start(Long.MAX_VALUE / 2);
    assertFinds(full, ids);
    delete(ids.getFirst());
    full.keepSnapshots();
    assertThat(file()).exists();

    Files.setLastModifiedTime(file(), old());
    full.keepSnapshots();
    assertThat(file()).doesNotExist();
  }

  @Test
  void aNamespaceThatIsDeletedTakesItsSnapshotAlong() throws IOException {
    SliceIndexes indexes = withSnapshot(20);
    assertThat(file()).exists();
    indexes.forget(space.id());
    try (Stream<Path> files = Files.list(vectors())) {
      assertThat(files).isEmpty();
    }
  }
}
