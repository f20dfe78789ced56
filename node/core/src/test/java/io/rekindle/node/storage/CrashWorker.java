package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.UniqueRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import javax.cache.Cache;
import org.apache.ignite.cache.query.ScanQuery;
import org.jspecify.annotations.Nullable;

/**
 * The process that {@link CrashIT} kills. At its start it checks everything that its predecessors
 * were told; then it writes until it is killed, checking its live indexes now and then.
 */
public final class CrashWorker {
  static final String VERIFIED = "VERIFIED";
  private static final int WRITERS = 6;
  private static final int OPERATIONS_A_ROUND = 40;
  private static final String LINEAGE = "crash";

  private final StorageNode node;
  private final CrashJournal journal;
  private final Namespace model;
  private final Namespace external;

  private CrashWorker(StorageNode node, CrashJournal journal) {
    this.node = node;
    this.journal = journal;
    this.model = findOrCreate("crash/model", true);
    this.external = findOrCreate("crash/external", false);
  }

  /** Runs until killed; an exit by itself is a failure. */
  public static void main(String[] args) {
    try {
      Path folder = Path.of(args[0]);
      CrashWorker worker =
          new CrashWorker(
              new StorageNode(folder.resolve("data")), new CrashJournal(folder.resolve("journal")));
      long rows = worker.verify();
      System.out.println(VERIFIED + " " + rows);
      worker.write(Long.parseLong(args[1]));
    } catch (Throwable e) {
      halt(e);
    }
  }

  /** Ignite's threads would keep a failed worker alive. */
  private static void halt(Throwable e) {
    e.printStackTrace(System.out);
    System.out.flush();
    Runtime.getRuntime().halt(3);
  }

  private Namespace findOrCreate(String path, boolean isModel) {
    try {
      return node.storage().namespaces().get(StorageNode.PASS, NamespacePath.parse(path));
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
      return node.namespace(
          path, isModel ? StorageNode.modelSettings(2) : StorageNode.externalSettings());
    }
  }

  /** Even ids live in one namespace, odd ones in the other. */
  private Namespace namespaceOf(MemoryId id) {
    return (id.value().getLeastSignificantBits() & 1) == 0 ? model : external;
  }

  private long verify() throws IOException {
    long present = 0;
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<MemoryId, CrashJournal.Known> entry : journal.read().entrySet()) {
      MemoryId id = entry.getKey();
      Memory memory = find(id);
      long revision = memory == null ? 0 : revisionOf(memory);
      if (!entry.getValue().allows(revision)) {
        wrong.add(id + " is at revision " + revision + " but " + entry.getValue());
      }
      // What was being written is settled now: later processes expect what is there.
      journal.acknowledged(id, revision);
      if (memory != null) {
        present++;
        if (wrong.isEmpty()) {
          checkPartners(memory);
        }
      }
    }
    assertThat(wrong).as("of %s journal lines", journal.lines()).isEmpty();
    checkRecords();
    for (Namespace namespace : List.of(model, external)) {
      IndexMirror.checkRebuilt(node, namespace);
    }
    return present;
  }

  /** Replaying the store finds the row: by its idempotency record, and by its external key. */
  private void checkPartners(Memory memory) {
    MemoryId id = memory.memoryId();
    Reply.StoreResult replay =
        node.storage()
            .memories()
            .store(
                StorageNode.PASS,
                namespaceOf(id),
                draft(id, 1).draft(),
                id,
                null,
                storeKey(id),
                LINEAGE);
    assertThat(replay.created()).as("the store of %s is remembered", id).isFalse();
    Memory byKey =
        node.storage().memories().getByExternalKey(StorageNode.PASS, namespaceOf(id), "key-" + id);
    assertThat(byKey.memoryId()).isEqualTo(id);
  }

  /**
   * Every record of every row is there. The reverse, what an unacknowledged write left without a
   * row, counts for nothing and goes with the sweep.
   */
  private void checkRecords() {
    long unique = 0;
    long chunks = 0;
    for (Cache.Entry<MemoryKey, MemoryRow> entry :
        node.caches().memory().query(new ScanQuery<MemoryKey, MemoryRow>())) {
      MemoryId id = entry.getKey().memoryId();
      RowPartners partners = entry.getValue().partners();
      assertThat(partners.uniqueDigests()).hasSize(1);
      assertThat(partners.idempotencyDigests()).isNotEmpty();
      for (byte[] digest : partners.uniqueDigests()) {
        UniqueRow record = node.caches().uniqueKey().get(key(id, digest));
        assertThat(record).as("uniqueness of %s", id).isNotNull();
        assertThat(record.memoryId()).isEqualTo(id);
      }
      for (byte[] digest : partners.idempotencyDigests()) {
        assertThat(node.caches().idempotency().get(key(id, digest)))
            .as("idempotency of %s", id)
            .isNotNull();
      }
      unique += partners.uniqueDigests().size();
      chunks += partners.chunks();
    }
    VectorStore.SweepResult mended = sweep();
    assertThat(node.caches().uniqueKey().sizeLong())
        .as("unique after %s", mended)
        .isEqualTo(unique);
    if (mended.rowsRequeued() == 0) {
      assertThat(node.caches().vector().sizeLong()).as("vectors").isEqualTo(chunks);
    }
    assertThat(sweep()).isEqualTo(new VectorStore.SweepResult(0, 0));
  }

  private DigestKey key(MemoryId id, byte[] digest) {
    return new DigestKey(namespaceOf(id).sliceOf(digest), digest);
  }

  private VectorStore.SweepResult sweep() {
    int rows = 0;
    int orphans = 0;
    for (int partition = 0; partition < node.storage().vectors().partitions(); partition++) {
      VectorStore.SweepResult mended = node.storage().vectors().sweep(StorageNode.PASS, partition);
      rows += mended.rowsRequeued();
      orphans += mended.orphansRemoved();
    }
    return new VectorStore.SweepResult(rows, orphans);
  }

  private void write(long seed) throws Exception {
    CyclicBarrier rounds =
        new CyclicBarrier(
            WRITERS,
            () -> {
              // Nobody writes now: the indexes that lived through it must equal the caches.
              IndexMirror.check(node, model);
              IndexMirror.check(node, external);
            });
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      Writer writer = new Writer(new Random(seed + i), rounds);
      Thread thread = new Thread(writer, "writer-" + i);
      thread.setUncaughtExceptionHandler((_, e) -> halt(e));
      writers.add(thread);
      thread.start();
    }
    for (Thread writer : writers) {
      writer.join();
    }
  }

  /** One thread with memories of its own. */
  private final class Writer implements Runnable {
    private final Random random;
    private final CyclicBarrier rounds;
    private final List<MemoryId> mine = new ArrayList<>();
    private final Map<MemoryId, Long> revisions = new HashMap<>();

    Writer(Random random, CyclicBarrier rounds) {
      this.random = random;
      this.rounds = rounds;
    }

    @Override
    public void run() {
      try {
        while (true) {
          for (int i = 0; i < OPERATIONS_A_ROUND; i++) {
            step();
          }
          rounds.await();
        }
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private void step() {
      int dice = random.nextInt(10);
      if (mine.size() < 3 || dice < 4) {
        store(new MemoryId(new UUID(random.nextLong(), random.nextLong())));
        return;
      }
      MemoryId id = mine.get(random.nextInt(mine.size()));
      if (dice < 6) {
        update(id);
      } else if (dice < 9) {
        embed(id);
      } else {
        delete(id);
      }
    }

    private void store(MemoryId id) {
      journal.trying(id, 1);
      node.storage()
          .memories()
          .store(
              StorageNode.PASS,
              namespaceOf(id),
              draft(id, 1).draft(),
              id,
              null,
              storeKey(id),
              LINEAGE);
      journal.acknowledged(id, 1);
      mine.add(id);
      revisions.put(id, 1L);
    }

    private void update(MemoryId id) {
      long revision = revisions.merge(id, 1L, Long::sum);
      journal.trying(id, revision);
      MemoryPatch.Field[] fields =
          namespaceOf(id).equals(external)
              ? new MemoryPatch.Field[] {MemoryPatch.Field.CONTENT, MemoryPatch.Field.VECTOR}
              : new MemoryPatch.Field[] {MemoryPatch.Field.CONTENT};
      node.storage()
          .memories()
          .update(
              StorageNode.PASS,
              namespaceOf(id),
              id,
              null,
              draft(id, revision).patch(fields),
              new IdempotencyKey("update-" + id + "-" + revision),
              LINEAGE);
      journal.acknowledged(id, revision);
    }

    private void embed(MemoryId id) {
      PendingText text =
          node.storage().vectors().openPending(StorageNode.PASS, namespaceOf(id), id);
      if (text == null) {
        return;
      }
      boolean done =
          node.storage()
              .vectors()
              .complete(
                  StorageNode.PASS,
                  namespaceOf(id),
                  id,
                  text.contentVersion(),
                  EmbeddingModelId.BGE_SMALL_EN,
                  Drafts.chunks(Drafts.vectorOf(1), Drafts.vectorOf(text.contentVersion())));
      assertThat(done).isTrue();
      Memory memory = Objects.requireNonNull(find(id));
      assertThat(memory.columns().embeddingStatus()).isEqualTo(EmbeddingStatus.EMBEDDED);
    }

    private void delete(MemoryId id) {
      journal.trying(id, 0);
      node.storage().memories().delete(StorageNode.PASS, namespaceOf(id), id, null, null, LINEAGE);
      journal.acknowledged(id, 0);
      mine.remove(id);
      revisions.remove(id);
    }
  }

  private @Nullable Memory find(MemoryId id) {
    try {
      return node.storage().memories().get(StorageNode.PASS, namespaceOf(id), id);
    } catch (RekindleException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
      return null;
    }
  }

  private Drafts draft(MemoryId id, long revision) {
    Drafts draft =
        Drafts.of("memory " + id + " revision " + revision).id(id).externalKey("key-" + id);
    return namespaceOf(id).equals(external) ? draft.vector(Drafts.vectorOf(revision)) : draft;
  }

  private static long revisionOf(Memory memory) {
    String content = memory.payload().content();
    return Long.parseLong(content.substring(content.lastIndexOf(' ') + 1));
  }

  private static IdempotencyKey storeKey(MemoryId id) {
    return new IdempotencyKey("store-" + id);
  }
}
