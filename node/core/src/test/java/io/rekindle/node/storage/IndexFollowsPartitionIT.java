package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch.Field;
import io.rekindle.node.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Store, update, embed and delete in any order: the rows equal a map, the index equals a scan. */
class IndexFollowsPartitionIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final MemoryStore STORE = NODE.storage().memories();
  private static final int IDS = 4;

  @Property(tries = 12)
  void anyInterleavingLeavesIndexAndMapEqual(
      @ForAll @Size(min = 5, max = 40) List<@IntRange(max = 24) Integer> steps) {
    Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(2));
    Map<Integer, String> expected = new HashMap<>();
    List<MemoryId> ids = new ArrayList<>();
    for (int i = 0; i < IDS; i++) {
      ids.add(new MemoryId(UUID.randomUUID()));
    }
    int number = 0;
    for (int step : steps) {
      int which = step % IDS;
      MemoryId id = ids.get(which);
      String content = "content " + number++;
      switch (step / IDS) {
        case 0, 1 -> {
          if (store(space, id, content)) {
            expected.put(which, content);
          }
        }
        case 2 -> {
          if (update(space, id, content)) {
            expected.put(which, content);
          }
        }
        case 3 -> embed(space, id);
        case 4 -> {
          assertThat(delete(space, id)).isEqualTo(expected.remove(which) != null);
        }
        default -> IndexMirror.checkRebuilt(NODE, space);
      }
      Memory now = find(space, id);
      assertThat(now == null ? null : now.payload().content()).isEqualTo(expected.get(which));
    }
    IndexMirror.check(NODE, space);
    IndexMirror.checkRebuilt(NODE, space);
  }

  @Test
  void anIndexBuiltWhileOthersWriteMissesNothing() throws InterruptedException {
    Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(1));
    for (int round = 0; round < 6; round++) {
      AtomicBoolean done = new AtomicBoolean();
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int seed = round * 10 + i;
        writers.add(Thread.ofPlatform().start(() -> writeUntil(done, space, new Random(seed))));
      }
      for (int build = 0; build < 15; build++) {
        NODE.storage().indexes().forget(space.id());
        NODE.storage().indexes().ask(space, space.sliceOf(new byte[0]), index -> index.rows());
      }
      done.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
      IndexMirror.check(NODE, space);
    }
  }

  private static void writeUntil(AtomicBoolean done, Namespace space, Random random) {
    List<MemoryId> mine = new ArrayList<>();
    while (!done.get()) {
      MemoryId id = new MemoryId(new UUID(random.nextLong(), random.nextLong()));
      store(space, id, "content");
      embed(space, id);
      mine.add(id);
      if (mine.size() > 3) {
        MemoryId old = mine.removeFirst();
        update(space, old, "changed");
        delete(space, old);
      }
    }
  }

  private static boolean store(Namespace space, MemoryId id, String content) {
    return succeeds(
        ErrorCode.MEMORY_EXISTS,
        () ->
            STORE.store(
                StorageNode.PASS,
                space,
                Drafts.of(content).id(id).draft(),
                id,
                null,
                null,
                "lineage"));
  }

  private static boolean update(Namespace space, MemoryId id, String content) {
    return succeeds(
        ErrorCode.MEMORY_NOT_FOUND,
        () ->
            STORE.update(
                StorageNode.PASS,
                space,
                id,
                null,
                Drafts.of(content).patch(Field.CONTENT),
                null,
                "lineage"));
  }

  private static boolean delete(Namespace space, MemoryId id) {
    return succeeds(
        ErrorCode.MEMORY_NOT_FOUND,
        () -> STORE.delete(StorageNode.PASS, space, id, null, null, "lineage"));
  }

  private static void embed(Namespace space, MemoryId id) {
    PendingText text = NODE.storage().vectors().openPending(StorageNode.PASS, space, id);
    if (text != null) {
      NODE.storage()
          .vectors()
          .complete(
              StorageNode.PASS,
              space,
              id,
              text.contentVersion(),
              EmbeddingModelId.BGE_SMALL_EN,
              Drafts.chunks(Drafts.vectorOf(text.contentVersion()), Drafts.vectorOf(3)));
    }
  }

  private static @Nullable Memory find(Namespace space, MemoryId id) {
    try {
      return STORE.get(StorageNode.PASS, space, id);
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
      return null;
    }
  }

  private static boolean succeeds(ErrorCode refusal, Runnable write) {
    try {
      write.run();
      return true;
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(refusal);
      return false;
    }
  }
}
