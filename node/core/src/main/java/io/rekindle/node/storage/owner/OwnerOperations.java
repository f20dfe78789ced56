package io.rekindle.node.storage.owner;

import static io.rekindle.node.error.ErrorCode.NOT_READY;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.PassCodec;
import io.rekindle.node.access.PassCodec.Epochs;
import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.TenantKey;
import io.rekindle.node.model.IdempotencyKey;
import io.rekindle.node.model.MemoryDraft;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.MemoryPatch;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.SliceId;
import io.rekindle.node.storage.AgentStateStore.StateCursor;
import io.rekindle.node.storage.Cursor;
import io.rekindle.node.storage.engine.IgniteAgentStateStore;
import io.rekindle.node.storage.memory.IgniteMemoryStore;
import io.rekindle.node.storage.memory.NamespacesById;
import io.rekindle.node.storage.memory.SliceSelection;
import io.rekindle.node.storage.row.SliceOwners;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The owner's end of a hop: opens the pass, reads what is asked, and does it as if it had come to
 * this node, by the local stores. Reading comes first and does nothing, so that a message that is
 * not readable has no effect. Thread-safe.
 */
final class OwnerOperations {
  private final UUID self;
  private final PassCodec passes;
  private final LongSupplier accessEpoch;
  private final NamespacesById namespaces;
  private final IgniteMemoryStore memories;
  private final IgniteAgentStateStore states;
  private volatile boolean leaving;

  OwnerOperations(
      UUID self,
      PassCodec passes,
      LongSupplier accessEpoch,
      NamespacesById namespaces,
      IgniteMemoryStore memories,
      IgniteAgentStateStore states) {
    this.self = self;
    this.passes = passes;
    this.accessEpoch = accessEpoch;
    this.namespaces = namespaces;
    this.memories = memories;
    this.states = states;
  }

  /** Something that was read and can be done: what it answers goes to the message. */
  @FunctionalInterface
  private interface Work {
    void run(AccessPass pass, WireOut answer);
  }

  void register(SliceCalls calls) {
    Map<OwnerOperation, Function<WireIn, Work>> readers = new LinkedHashMap<>();
    readers.put(OwnerOperation.STORE, this::store);
    readers.put(OwnerOperation.GET, this::get);
    readers.put(OwnerOperation.GET_BY_EXTERNAL_KEY, this::getByExternalKey);
    readers.put(OwnerOperation.UPDATE, this::update);
    readers.put(OwnerOperation.DELETE, this::delete);
    readers.put(OwnerOperation.LIST, this::list);
    SearchOperations searches = new SearchOperations(memories, this::selection);
    readers.put(OwnerOperation.SEARCH, in -> work(searches.search(in), SearchMessages::result));
    readers.put(
        OwnerOperation.SEARCH_CANDIDATES,
        in -> work(searches.candidates(in), FoundCandidates::write));
    readers.put(
        OwnerOperation.SEARCH_ROWS,
        in -> work(searches.rows(in), (out, rows) -> out.list(rows, SearchMessages::row)));
    readers.put(OwnerOperation.STATE_GET, this::getState);
    readers.put(OwnerOperation.STATE_SET, this::setState);
    readers.put(OwnerOperation.STATE_DELETE, this::deleteState);
    readers.put(OwnerOperation.STATE_LIST, this::listStates);
    readers.forEach(
        (operation, reader) -> calls.register(operation.call(), message -> run(message, reader)));
  }

  private record Call(byte[] sealedPass, Work work) {}

  private byte[] run(byte[] message, Function<WireIn, Work> reader) {
    if (leaving) {
      throw SliceOwners.moved();
    }
    Call call = WireIn.read(message, in -> new Call(in.bytes(), reader.apply(in)));
    try {
      Epochs seen = new Epochs(accessEpoch.getAsLong(), 0);
      AccessPass pass = passes.open(call.sealedPass(), self, seen);
      WireOut answer = new WireOut();
      call.work().run(pass, answer);
      return answer.toBytes();
    } catch (RuntimeException e) {
      boolean decided = e instanceof RekindleException known && known.code() != NOT_READY;
      throw leaving && !decided ? SliceCalls.lost(e) : e;
    }
  }

  /** From here on others are told to ask elsewhere: this node stops, and will soon be gone. */
  void leave() {
    leaving = true;
  }

  private static <T> Work work(SearchOperations.Asked<T> asked, BiConsumer<WireOut, T> writer) {
    return (pass, answer) -> writer.accept(answer, asked.ask(pass));
  }

  private Namespace namespace(UUID id) {
    Namespace namespace = namespaces.find(NamespaceId.of(id));
    if (namespace == null) {
      throw new RekindleException(ErrorCode.NAMESPACE_NOT_FOUND, "there is no such namespace");
    }
    if (namespaces.isLocked(namespace)) {
      throw TenantKey.revoked(namespace.path().root());
    }
    return namespace;
  }

  /** Of the namespaces as this node knows them. */
  SliceSelection selection(Collection<SliceId> slices) {
    SequencedSet<SliceId> all = new LinkedHashSet<>(slices);
    List<Namespace> named =
        all.stream()
            .map(slice -> slice.namespace().value())
            .distinct()
            .map(this::namespace)
            .toList();
    return new SliceSelection(named, all);
  }

  private static @Nullable IdempotencyKey idempotencyKey(WireIn in) {
    return in.optional(MemoryMessages::key);
  }

  private static @Nullable Long version(WireIn in) {
    return in.optional(WireIn::int64);
  }

  private Work store(WireIn in) {
    UUID space = in.uuid();
    MemoryDraft draft = MemoryMessages.draft(in);
    MemoryId newId = in.id();
    String agentId = in.optText();
    IdempotencyKey key = idempotencyKey(in);
    String lineage = in.text();
    return (pass, answer) ->
        MemoryMessages.stored(
            answer, memories.store(pass, namespace(space), draft, newId, agentId, key, lineage));
  }

  private Work get(WireIn in) {
    UUID space = in.uuid();
    MemoryId id = in.id();
    return (pass, answer) ->
        MemoryMessages.memory(answer, memories.get(pass, namespace(space), id));
  }

  private Work getByExternalKey(WireIn in) {
    UUID space = in.uuid();
    String externalKey = in.text();
    return (pass, answer) ->
        MemoryMessages.memory(
            answer, memories.getByExternalKey(pass, namespace(space), externalKey));
  }

  private Work update(WireIn in) {
    UUID space = in.uuid();
    MemoryId id = in.id();
    Long expected = version(in);
    MemoryPatch patch = MemoryMessages.patch(in);
    IdempotencyKey key = idempotencyKey(in);
    String lineage = in.text();
    return (pass, answer) ->
        MemoryMessages.memory(
            answer, memories.update(pass, namespace(space), id, expected, patch, key, lineage));
  }

  private Work delete(WireIn in) {
    UUID space = in.uuid();
    MemoryId id = in.id();
    Long expected = version(in);
    IdempotencyKey key = idempotencyKey(in);
    String lineage = in.text();
    return (pass, _) -> memories.delete(pass, namespace(space), id, expected, key, lineage);
  }

  private Work list(WireIn in) {
    List<SliceId> slices = in.list(WireIn::slice);
    Filter filter = FilterMessages.filter(in);
    int pageSize = in.int32();
    Cursor after = in.optional(MemoryMessages::cursor);
    boolean withVectors = in.bool();
    return (pass, answer) ->
        MemoryMessages.page(
            answer, memories.list(pass, selection(slices), filter, pageSize, after, withVectors));
  }

  private Work getState(WireIn in) {
    UUID space = in.uuid();
    String agentId = in.text();
    String key = in.text();
    return (pass, answer) ->
        StateMessages.state(answer, states.get(pass, namespace(space), agentId, key));
  }

  private Work setState(WireIn in) {
    UUID space = in.uuid();
    String agentId = in.text();
    String name = in.text();
    String value = in.text();
    Long expected = version(in);
    String subjectId = in.optText();
    IdempotencyKey key = idempotencyKey(in);
    String lineage = in.text();
    return (pass, answer) ->
        StateMessages.state(
            answer,
            states.set(
                pass, namespace(space), agentId, name, value, expected, subjectId, key, lineage));
  }

  private Work deleteState(WireIn in) {
    UUID space = in.uuid();
    String agentId = in.text();
    String name = in.text();
    Long expected = version(in);
    IdempotencyKey key = idempotencyKey(in);
    String lineage = in.text();
    return (pass, _) ->
        states.delete(pass, namespace(space), agentId, name, expected, key, lineage);
  }

  private Work listStates(WireIn in) {
    List<SliceId> slices = in.list(WireIn::slice);
    String agentId = in.optText();
    int pageSize = in.int32();
    StateCursor after = in.optional(StateMessages::cursor);
    return (pass, answer) ->
        StateMessages.page(answer, states.list(pass, selection(slices), agentId, pageSize, after));
  }
}
