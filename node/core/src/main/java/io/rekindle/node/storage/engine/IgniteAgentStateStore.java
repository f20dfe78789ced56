package io.rekindle.node.storage.engine;

import io.rekindle.node.access.Action;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.Keyring;
import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.AgentStateStore;
import io.rekindle.node.storage.Page;
import io.rekindle.node.storage.memory.OpenNamespaces;
import io.rekindle.node.storage.memory.Replay;
import io.rekindle.node.storage.memory.Replays;
import io.rekindle.node.storage.memory.RequestParts;
import io.rekindle.node.storage.memory.SliceSelection;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DigestKey;
import io.rekindle.node.storage.row.Digests;
import io.rekindle.node.storage.row.IdempotencyRow;
import io.rekindle.node.storage.row.Micros;
import io.rekindle.node.storage.row.StateKey;
import io.rekindle.node.storage.row.StateRow;
import io.rekindle.node.storage.row.Transactions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The agent states in Ignite. Locks: the digests of idempotency records, by their bytes, then the
 * row.
 */
public final class IgniteAgentStateStore implements AgentStateStore {
  private final Caches caches;
  private final OpenNamespaces open;
  private final Transactions transactions;
  private final Keyring keyring;
  private final Replays replays;
  private final StateView view;
  private final StateList list;
  private final InstantSource clock;

  IgniteAgentStateStore(
      Caches caches,
      Transactions transactions,
      Keyring keyring,
      Replays replays,
      OpenNamespaces open,
      InstantSource clock) {
    this.caches = caches;
    this.open = open;
    this.transactions = transactions;
    this.keyring = keyring;
    this.replays = replays;
    this.view = new StateView(keyring);
    this.list = new StateList(caches, view);
    this.clock = clock;
  }

  /** One write, for all tries. */
  private record Request(
      Namespace namespace,
      StateKey key,
      @Nullable Long expectedVersion,
      @Nullable Replay replay,
      Filter rowFilter) {}

  @Override
  public AgentState get(Pass pass, Namespace namespace, String agentId, String key) {
    pass.check(Action.STATE_READ, namespace.path());
    StateKey stateKey = view.key(namespace, agentId, key);
    AgentState state =
        view.find(
            namespace,
            stateKey,
            caches.agentState().get(stateKey),
            StateView.rowFilter(pass, namespace));
    if (state == null) {
      throw notFound();
    }
    return state;
  }

  @Override
  public AgentState set(
      Pass pass,
      Namespace namespace,
      String agentId,
      String key,
      String value,
      @Nullable Long expectedVersion,
      @Nullable String subjectId,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    pass.check(Action.STATE_WRITE, namespace.path());
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      RequestParts parts =
          parts(agentId, key, expectedVersion).add("value", value).add("subject_id", subjectId);
      Request request =
          new Request(
              namespace,
              view.key(namespace, agentId, key),
              expectedVersion,
              replays.of(namespace, "state.set", idempotencyKey, lineage, parts),
              StateView.rowFilter(pass, namespace));
      byte[] sealed = view.seal(namespace, request.key(), value);
      byte[] subject = subjectId == null ? null : keyring.subjectDigest(namespace.id(), subjectId);
      return transactions.run(() -> () -> attemptSet(request, sealed, subject));
    }
  }

  private AgentState attemptSet(Request request, byte[] sealed, byte @Nullable [] subject) {
    Replay replay = request.replay();
    boolean again = lockRecords(request, List.of());
    StateRow row = caches.agentState().get(request.key());
    AgentState before = view.find(request.namespace(), request.key(), row, request.rowFilter());
    if (again) {
      return requireFound(before);
    }
    if (row != null && before == null) {
      throw hidden();
    }
    long now = Micros.of(clock.instant());
    StateRow changed =
        new StateRow(
            row == null ? 1 : row.version() + 1,
            row == null ? now : row.createdAtMicros(),
            now,
            subject,
            Digests.remember(recordsOf(row), replay == null ? null : replay.key().digest()),
            sealed);
    AgentState after = view.find(request.namespace(), request.key(), changed, request.rowFilter());
    if (after == null) {
      throw hidden();
    }
    // Last: whoever may not see the state learns nothing of its version, nor whether it has one.
    checkVersion(request.expectedVersion(), row == null ? 0 : row.version());
    putRecord(request);
    caches.agentState().put(request.key(), changed);
    return after;
  }

  @Override
  public void delete(
      Pass pass,
      Namespace namespace,
      String agentId,
      String key,
      @Nullable Long expectedVersion,
      @Nullable IdempotencyKey idempotencyKey,
      String lineage) {
    pass.check(Action.STATE_WRITE, namespace.path());
    try (OpenNamespaces.Write _ = open.write(namespace)) {
      Request request =
          new Request(
              namespace,
              view.key(namespace, agentId, key),
              expectedVersion,
              replays.of(
                  namespace,
                  "state.delete",
                  idempotencyKey,
                  lineage,
                  parts(agentId, key, expectedVersion)),
              StateView.rowFilter(pass, namespace));
      transactions.run(
          () -> {
            List<byte[]> seen = recordsOf(caches.agentState().get(request.key()));
            return () -> attemptDelete(request, seen);
          });
    }
  }

  private @Nullable Boolean attemptDelete(Request request, List<byte[]> seen) {
    if (lockRecords(request, seen)) {
      return true;
    }
    StateRow row = caches.agentState().get(request.key());
    if (row != null && !Digests.same(recordsOf(row), seen)) {
      return null;
    }
    AgentState before =
        requireFound(view.find(request.namespace(), request.key(), row, request.rowFilter()));
    checkVersion(request.expectedVersion(), before.version());
    seen.forEach(digest -> caches.idempotency().remove(recordKey(request, digest)));
    caches.agentState().remove(request.key());
    putRecord(request);
    return true;
  }

  @Override
  public Page<AgentState> list(
      Pass pass,
      Namespace namespace,
      @Nullable String agentId,
      int pageSize,
      @Nullable StateCursor after) {
    return list(pass, SliceSelection.all(List.of(namespace)), agentId, pageSize, after);
  }

  /**
   * As {@link #list(Pass, Namespace, String, int, StateCursor)}, of some slices of one namespace.
   *
   * @throws RekindleException NOT_READY when this node does not own all of them
   */
  public Page<AgentState> list(
      Pass pass,
      SliceSelection selection,
      @Nullable String agentId,
      int pageSize,
      @Nullable StateCursor after) {
    Namespace namespace = selection.namespaces().getFirst();
    pass.check(Action.STATE_READ, namespace.path());
    return list.list(
        namespace,
        selection.slices(),
        agentId,
        pageSize,
        after,
        StateView.rowFilter(pass, namespace));
  }

  /** The slice that a state lives on. */
  public SliceId sliceOf(Namespace namespace, String agentId, String key) {
    return view.key(namespace, agentId, key).slice();
  }

  /** Locks the record of this write and those of the row; true for a replay. */
  private boolean lockRecords(Request request, List<byte[]> ofRow) {
    Replay replay = request.replay();
    TreeSet<DigestKey> order = new TreeSet<>();
    if (replay != null) {
      order.add(replay.key());
    }
    ofRow.forEach(digest -> order.add(recordKey(request, digest)));
    boolean again = false;
    for (DigestKey digest : order) {
      IdempotencyRow record = caches.idempotency().get(digest);
      if (replay != null && digest.equals(replay.key())) {
        again = replay.earlierTarget(record) != null;
      }
    }
    return again;
  }

  private void putRecord(Request request) {
    Replay replay = request.replay();
    if (replay != null) {
      caches
          .idempotency()
          .put(replay.key(), replay.record(view.id(request.namespace(), request.key())));
    }
  }

  private static DigestKey recordKey(Request request, byte[] digest) {
    return new DigestKey(request.namespace().sliceOf(digest), digest);
  }

  private static List<byte[]> recordsOf(@Nullable StateRow row) {
    return row == null ? List.of() : row.idempotencyDigests();
  }

  private static RequestParts parts(String agentId, String key, @Nullable Long expectedVersion) {
    return new RequestParts()
        .add("agent_id", agentId)
        .add("key", key)
        .add("expected_version", expectedVersion);
  }

  private static AgentState requireFound(@Nullable AgentState state) {
    if (state == null) {
      throw notFound();
    }
    return state;
  }

  private static void checkVersion(@Nullable Long expected, long current) {
    if (expected != null && expected != current) {
      throw new RekindleException(
          ErrorCode.VERSION_CONFLICT,
          "the state has another version",
          Map.of("current_version", Long.toString(current)));
    }
  }

  private static RekindleException notFound() {
    return new RekindleException(ErrorCode.STATE_NOT_FOUND, "there is no such state");
  }

  private static RekindleException hidden() {
    return new RekindleException(
        ErrorCode.PERMISSION_DENIED, "the state lies outside the condition of the grants");
  }
}
