package io.rekindle.node.storage.memory;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.MemoryKey;
import io.rekindle.node.storage.row.MemoryRow;
import io.rekindle.node.storage.row.RowPartners;
import io.rekindle.node.storage.row.Transactions;
import io.rekindle.node.storage.row.UniqueRow;
import io.rekindle.node.storage.row.VectorKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes one memory in one transaction; who changes it must see it before and after. */
final class UpdateMemory {
  private final Caches caches;
  private final Transactions transactions;
  private final SealedMemories sealed;
  private final MemoryView view;
  private final Replays replays;
  private final RecordCleanup cleanup;

  UpdateMemory(
      Caches caches,
      Transactions transactions,
      SealedMemories sealed,
      MemoryView view,
      Replays replays) {
    this.caches = caches;
    this.transactions = transactions;
    this.sealed = sealed;
    this.view = view;
    this.replays = replays;
    this.cleanup = new RecordCleanup(caches, transactions);
  }

  /** What was asked, for all tries. */
  private record Request(
      Namespace namespace,
      MemoryKey key,
      @Nullable Long expectedVersion,
      MemoryPatch patch,
      @Nullable Replay replay,
      Filter rowFilter) {}

  Memory update(
      Pass pass,
      Namespace namespace,
      MemoryId id,
      @Nullable Long expectedVersion,
      MemoryPatch patch,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    pass.check(Action.UPDATE, namespace.path());
    if (patch.relabels()) {
      pass.check(Action.RELABEL, namespace.path());
    }
    PatchedMemory.requireFitting(namespace, patch);
    view.requireFuture(patch.expiresAt());
    Request request =
        new Request(
            namespace,
            MemoryView.key(namespace, id),
            expectedVersion,
            patch,
            replays.of(
                namespace,
                Action.UPDATE.id(),
                idempotencyKey,
                lineage,
                PatchedMemory.parts(id, expectedVersion, patch)),
            pass.rowFilter(namespace.path()));
    Changed changed = transactions.run(() -> plan(request));
    Move move = changed.move();
    if (move != null) {
      cleanup.run(namespace, request.key(), move.left());
    }
    return view.memory(namespace, request.key(), changed.opened());
  }

  /** What the row is now, and the uniqueness record that moved with it. */
  private record Changed(MemoryView.Opened opened, @Nullable Move move) {}

  private Transactions.Attempt<Changed> plan(Request request) {
    MemoryRow seen = caches.memory().get(request.key());
    MemoryView.Opened before =
        view.get(request.namespace(), request.key(), seen, request.rowFilter());
    PatchedMemory after = PatchedMemory.of(request.patch(), before, view.now());
    Move move = findMove(request.namespace(), before, after.opened());
    return () -> attempt(request, before, move);
  }

  /** In a namespace with dedupe: the record that goes and the one that comes. */
  private record Move(DigestKey from, DigestKey to) {
    RowPartners left() {
      return new RowPartners(null, 0, List.of(from.digest()), List.of());
    }
  }

  private @Nullable Move findMove(
      Namespace namespace, MemoryView.Opened before, MemoryView.Opened after) {
    if (!namespace.settings().dedupeContent()) {
      return null;
    }
    DigestKey from = sealed.content(namespace, before.payload());
    DigestKey to = sealed.content(namespace, after.payload());
    return from.equals(to) ? null : new Move(from, to);
  }

  private @Nullable Changed attempt(Request request, MemoryView.Opened seen, @Nullable Move move) {
    Namespace namespace = request.namespace();
    MemoryKey key = request.key();
    Replay replay = request.replay();
    SliceLocks locks = new SliceLocks(caches, namespace);
    locks.lockDigests(
        replay == null ? List.of() : List.of(replay.key()),
        move == null ? List.of() : List.of(move.to()));
    MemoryKey holder = move == null ? null : locks.holder(move.to());
    locks.lockRows(holder == null ? List.of(key) : List.of(key, holder));
    MemoryRow row = locks.row(key);
    MemoryView.Opened before = view.get(namespace, key, row, request.rowFilter());
    if (replay != null && replay.earlierTarget(locks.replay(replay.key())) != null) {
      return new Changed(before, null);
    }
    DeleteMemory.checkVersion(request.expectedVersion(), before);
    if (row == null || before.columns().version() != seen.columns().version()) {
      return null;
    }
    PatchedMemory after = PatchedMemory.of(request.patch(), before, view.now());
    if (!after.opened().passes(request.rowFilter())) {
      throw StoreMemory.hiddenFromWriter();
    }
    if (move != null) {
      if (holder != null) {
        checkFree(request, move.to(), holder, locks.row(holder));
      }
      caches.uniqueKey().put(move.to(), new UniqueRow(key.memoryId()));
    }
    write(request, row, after, move);
    return new Changed(after.opened(), move);
  }

  private void checkFree(
      Request request, DigestKey content, MemoryKey holder, @Nullable MemoryRow row) {
    if (row == null || holder.equals(request.key()) || !row.partners().claims(content.digest())) {
      return;
    }
    if (view.find(request.namespace(), holder, row, request.rowFilter()) == null) {
      throw new RekindleException(ErrorCode.UNIQUE_CONFLICT, "a unique value is taken");
    }
    throw new RekindleException(
        ErrorCode.MEMORY_EXISTS,
        "another memory of this subject has this content",
        Map.of("memory_id", holder.memoryId().toString()));
  }

  private void write(Request request, MemoryRow row, PatchedMemory after, @Nullable Move move) {
    Namespace namespace = request.namespace();
    MemoryKey key = request.key();
    Replay replay = request.replay();
    float[] vector = after.vector();
    RowPartners before = row.partners();
    int chunks = vector != null ? 1 : after.contentChanged() ? 0 : before.chunks();
    RowPartners partners =
        new RowPartners(
                sealed.subjectDigest(namespace, after.opened().payload().subjectId()),
                chunks,
                moved(before.uniqueDigests(), move),
                before.idempotencyDigests())
            .withIdempotency(replay == null ? null : replay.key().digest());
    if (replay != null) {
      caches.idempotency().put(replay.key(), replay.record(key.memoryId().value()));
    }
    byte[] payload = sealed.seal(namespace, key.memoryId(), after.opened().payload());
    caches.memory().put(key, new MemoryRow(after.opened().columns(), partners, payload));
    for (int chunk = chunks; chunk < before.chunks(); chunk++) {
      caches.vector().remove(new VectorKey(key, chunk));
    }
    if (vector != null) {
      VectorKey vectorKey = new VectorKey(key, 0);
      long contentVersion = after.opened().columns().contentVersion();
      caches
          .vector()
          .put(vectorKey, sealed.sealVector(namespace, vectorKey, contentVersion, vector));
    }
  }

  private static List<byte[]> moved(List<byte[]> digests, @Nullable Move move) {
    if (move == null) {
      return digests;
    }
    List<byte[]> moved = new ArrayList<>(digests);
    moved.removeIf(digest -> Arrays.equals(digest, move.from().digest()));
    moved.add(move.to().digest());
    return moved;
  }
}
