package io.rekindle.node.storage.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.IndexAnswer;
import io.rekindle.node.index.IndexHit;
import io.rekindle.node.index.Recall;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.keyring.SliceFileCipher;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.Drafts;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.StorageNode;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.VectorKey;
import io.rekindle.node.storage.row.VectorRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The exact vectors of a slice that keeps none of them, from their cache. */
class SealedVectorsIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final int FLOATS_MAX = 3;

  @TempDir static Path folder;

  private final Namespace space = SharedNode.freshNamespace(StorageNode.externalSettings());
  private final SliceId slice = SliceId.of(space.id(), 0);
  private final SliceReader reader = new SealedSliceReader(NODE.keyring());
  private final SealedVectors vectors = new SealedVectors(NODE.caches(), reader, slice);
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
              FLOATS_MAX,
              new WordSettings(1 << 20, folder, Integer.MAX_VALUE, Duration.ofHours(1), 0),
              new SnapshotSettings(folder, Integer.MAX_VALUE, Duration.ofHours(1), 0)));
  private final List<MemoryId> ids = new ArrayList<>();

  @AfterEach
  void giveTheHookBack() {
    NODE.hook().attach(NODE.storage().indexes());
    NODE.storage().indexes().forget(space.id());
    indexes.close();
  }

  @Test
  void aVectorIsReadOfTheContentThatIsAskedFor() {
    store(1);
    long version = row(0).contentVersion();

    assertThat(vectors.read(ids.getFirst(), 0, version)).isEqualTo(Drafts.vectorOf(1));
    assertThat(vectors.read(ids.getFirst(), 0, version + 1)).isNull();
    assertThat(vectors.read(ids.getFirst(), 1, version)).isNull();
    NODE.storage()
        .memories()
        .delete(StorageNode.PASS, space, ids.getFirst(), null, null, "lineage");
    assertThat(vectors.read(ids.getFirst(), 0, version)).isNull();
  }

  @Test
  void aVectorThatDoesNotOpenIsAnError() {
    store(1);
    VectorRow row = row(0);
    NODE.caches()
        .vector()
        .put(key(0), new VectorRow(row.contentVersion(), row.span(0), new byte[100]));

    assertThatThrownBy(() -> vectors.read(ids.getFirst(), 0, row.contentVersion()))
        .isInstanceOfSatisfying(
            RekindleException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_CORRUPTED));
    NODE.caches().vector().put(key(0), row);
  }

  /** Live, when it grows beyond what floats are kept of, and when it is built anew. */
  @Test
  @Timeout(60)
  void aSliceThatHasGrownIsSearchedExactlyWithoutFloats() throws Exception {
    NODE.hook().attach(indexes);
    for (int n = 0; n < FLOATS_MAX; n++) {
      store(n);
    }
    assertExact();
    assertThat(ask(SliceIndex::hasFloatsToFree)).isFalse();
    for (int n = FLOATS_MAX; n < 10; n++) {
      store(n);
    }
    assertExact();
    while (ask(SliceIndex::hasFloatsToFree)) {
      Thread.onSpinWait(); // The background frees them soon, or the test times out.
    }
    assertExact();
    indexes.forget(space.id());
    assertExact();
    assertThat(ask(SliceIndex::hasFloatsToFree)).isFalse();
  }

  private void assertExact() {
    float[] query = Drafts.vectorOf(77);
    IndexAnswer answer =
        ask(index -> index.search(query, 100, Float.NaN, Filter.ALL, Recall.EXACT));
    assertThat(answer.exact()).isTrue();
    assertThat(answer.hits()).hasSameSizeAs(ids);
    for (IndexHit hit : answer.hits()) {
      float[] vector = Drafts.vectorOf(ids.indexOf(hit.memoryId()));
      assertThat((double) hit.score()).isCloseTo(cosine(query, vector), within(1e-7));
    }
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double left = 0;
    double right = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      left += (double) a[i] * a[i];
      right += (double) b[i] * b[i];
    }
    return dot / Math.sqrt(left * right);
  }

  private <T> T ask(Function<SliceIndex, T> question) {
    return indexes.ask(space, slice, question);
  }

  private VectorKey key(int number) {
    return new VectorKey(new MemoryKey(slice, ids.get(number)), 0);
  }

  private VectorRow row(int number) {
    return Objects.requireNonNull(NODE.caches().vector().get(key(number)));
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
}
