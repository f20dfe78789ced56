package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.StateKey;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import javax.cache.Cache;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A delete of a namespace and the writes to it, in every order: nothing is lost, nothing stays. */
class NamespaceDeleteIT {
  private static final StorageNode NODE = SharedNode.node();
  private static final NamespaceStore NAMESPACES = NODE.storage().namespaces();
  private static final Writes WRITES = new Writes(NODE.storage());

  private final Namespace space = SharedNode.freshNamespace(StorageNode.modelSettings(2));

  @Test
  void aStoreUnderWayIsWaitedForAndGoesWithItsNamespace() throws Exception {
    MemoryId id = new MemoryId(UUID.randomUUID());

    Object stored =
        deleteWhileLocked(
            NODE.caches().memory(),
            new MemoryKey(space.sliceOf(id), id),
            () -> WRITES.store(space, Drafts.of("under way"), id));

    assertThat(stored).isEqualTo(id);
    assertThat(Leftovers.of(NODE, space)).isEmpty();
  }

  @Test
  void aStateUnderWayIsWaitedForAndGoesWithItsNamespace() throws Exception {
    StateKey key = keyOfADeletedState();

    deleteWhileLocked(NODE.caches().agentState(), key, () -> WRITES.set(space, "agent", "key"));

    assertThat(Leftovers.of(NODE, space)).isEmpty();
  }

  @Test
  void noWriteReachesADeletedNamespaceByAnyWay() {
    MemoryId id = WRITES.store(space, Drafts.of("here"), new MemoryId(UUID.randomUUID()));
    PendingText text = Objects.requireNonNull(WRITES.pending(space, id));
    assertThat(NAMESPACES.delete(StorageNode.PASS, space.path(), true)).isEqualTo(1);

    List<ThrowingCallable> writes =
        List.of(
            () -> WRITES.store(space, Drafts.of("late"), new MemoryId(UUID.randomUUID())),
            () -> WRITES.store(space, Drafts.of("late").externalKey("k"), id),
            () -> WRITES.update(space, id),
            () -> WRITES.delete(space, id),
            () -> WRITES.complete(space, id, text.contentVersion()),
            () -> WRITES.fail(space, id),
            () -> WRITES.expire(space, id),
            () -> WRITES.set(space, "agent", "key"),
            () -> WRITES.deleteState(space, "agent", "key"));
    for (ThrowingCallable write : writes) {
      assertThat(refusal(write)).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
    }
    WRITES.count(space, id);

    assertThat(Leftovers.of(NODE, space)).isEmpty();
    assertThat(refusal(() -> NODE.storage().memories().get(StorageNode.PASS, space, id)))
        .isEqualTo(ErrorCode.MEMORY_NOT_FOUND);
    assertThat(NODE.keyring().isUnwrapped(space.id())).isFalse();
  }

  @Test
  void accessesAddUp() {
    MemoryId id = WRITES.store(space, Drafts.of("read twice"), new MemoryId(UUID.randomUUID()));

    WRITES.count(space, id);
    WRITES.count(space, id);

    assertThat(NODE.storage().memories().get(StorageNode.PASS, space, id).access().accessCount())
        .isEqualTo(2);
  }

  @Test
  void anAccessIsNotCountedForAMemoryThatIsGone() {
    MemoryId id = WRITES.store(space, Drafts.of("short"), new MemoryId(UUID.randomUUID()));
    WRITES.delete(space, id);

    WRITES.count(space, id);

    assertThat(NODE.caches().accessCount().containsKey(new MemoryKey(space.sliceOf(id), id)))
        .isFalse();
  }

  @Test
  void aDeleteOfAnEmptyNamespaceAndAStoreNeverBothSucceed() throws Exception {
    NamespacePath path = NamespacePath.parse(space.path() + "/contested");
    for (int round = 0; round < 40; round++) {
      Namespace contested = NODE.namespace(path.toString(), StorageNode.modelSettings(1));
      MemoryId id = new MemoryId(UUID.randomUUID());
      FutureTask<ErrorCode> store =
          started(() -> codeOf(() -> WRITES.store(contested, Drafts.of("x"), id)));
      FutureTask<ErrorCode> state =
          started(() -> codeOf(() -> WRITES.set(contested, "agent", "key")));
      ErrorCode deleted = codeOf(() -> NAMESPACES.delete(StorageNode.PASS, path, false));

      if (deleted == null) {
        assertThat(Arrays.asList(store.get(), state.get()))
            .containsOnly(ErrorCode.NAMESPACE_NOT_FOUND);
      } else {
        assertThat(deleted).isEqualTo(ErrorCode.NAMESPACE_NOT_EMPTY);
        assertThat(Arrays.asList(store.get(), state.get())).containsOnlyNulls();
        NODE.storage().memories().get(StorageNode.PASS, contested, id);
        NAMESPACES.delete(StorageNode.PASS, path, true);
      }
      assertThat(Leftovers.of(NODE, contested)).isEmpty();
    }
  }

  @Test
  void whateverInterleavesWhatWasAcknowledgedIsReadOrWhollyGone() throws Exception {
    NamespaceChurn churn = new NamespaceChurn(NODE, space.path() + "/churned");

    churn.run();

    assertThat(churn.made()).hasSizeGreaterThan(5);
    for (Namespace made : churn.made()) {
      if (churn.current().equals(made)) {
        for (MemoryId id : churn.acknowledged(made)) {
          NODE.storage().memories().get(StorageNode.PASS, made, id);
        }
      } else {
        assertThat(Leftovers.of(NODE, made)).isEmpty();
      }
    }
  }

  /** Deletes the namespace while a write waits for a lock that the test holds. */
  private <K> Object deleteWhileLocked(IgniteCache<K, ?> cache, K key, Callable<?> write)
      throws Exception {
    FutureTask<?> writing = new FutureTask<>(write);
    FutureTask<Long> deleting =
        new FutureTask<>(() -> NAMESPACES.delete(StorageNode.PASS, space.path(), true));
    Thread writer = new Thread(writing, "writer");
    Thread deleter = new Thread(deleting, "deleter");
    try (Transaction tx =
        NODE.ignite()
            .transactions()
            .txStart(TransactionConcurrency.PESSIMISTIC, TransactionIsolation.REPEATABLE_READ)) {
      assertThat(cache.get(key)).isNull();
      writer.start();
      awaitWaiting(writer, writing);
      deleter.start();
      awaitWaiting(deleter, deleting);
      tx.rollback();
    }
    writer.join();
    deleter.join();
    deleting.get();
    return writing.get();
  }

  /** Until the thread waits for somebody else, or has nothing to wait for. */
  private static void awaitWaiting(Thread thread, FutureTask<?> task) {
    while (!task.isDone()
        && thread.getState() != Thread.State.TIMED_WAITING
        && thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  private StateKey keyOfADeletedState() {
    WRITES.set(space, "agent", "key");
    StateKey key = null;
    for (Cache.Entry<StateKey, ?> entry : NODE.caches().agentState()) {
      if (entry.getKey().slice().namespace().equals(space.id())) {
        key = entry.getKey();
      }
    }
    WRITES.deleteState(space, "agent", "key");
    return Objects.requireNonNull(key);
  }

  private static <T> FutureTask<T> started(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread.ofPlatform().start(task);
    return task;
  }

  private static @Nullable ErrorCode codeOf(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    return refusal == null ? null : refusal.code();
  }

  private static ErrorCode refusal(ThrowingCallable call) {
    return Objects.requireNonNull(codeOf(call));
  }
}
