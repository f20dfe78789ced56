package io.rekindle.chaos.traffic;

import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Request;
import io.rekindle.chaos.traffic.RecordedCalls.Ended;
import io.rekindle.chaos.traffic.Step.Planned;
import io.rekindle.client.Call;
import io.rekindle.client.RekindleClient;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** One client: follows its plan at a bounded rate until it is told to stop. */
final class TrafficClient implements Runnable {
  static final String AGENT = "agent";
  private static final int TOP_K = 10;
  private static final int LIST_PAGE = 50;
  private static final int TRIES_MAX = 3;
  private static final Duration PAUSE_AFTER_OPEN = Duration.ofMillis(200);

  private final Plan plan;
  private final Doors doors;
  private final RecordedCalls calls;
  private final String namespace;
  private final Duration interval;
  private final BooleanSupplier goOn;
  private final Map<Planned, Known> known = new HashMap<>();
  private final Map<Integer, Long> stateVersions = new HashMap<>();

  /** What this client has been told of a memory. */
  private record Known(String id, long version, Value value) {}

  TrafficClient(
      Plan plan,
      Doors doors,
      RecordedCalls calls,
      String namespace,
      Duration interval,
      BooleanSupplier goOn) {
    this.plan = plan;
    this.doors = doors;
    this.calls = calls;
    this.namespace = namespace;
    this.interval = interval;
    this.goOn = goOn;
  }

  @Override
  public void run() {
    long due = System.nanoTime();
    try (doors) {
      while (goOn.getAsBoolean()) {
        doors.perhapsNext();
        take(plan.next());
        due = Math.max(due + interval.toNanos(), System.nanoTime() - interval.toNanos());
        Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Step step) throws InterruptedException {
    switch (step.action()) {
      case STORE, REPEAT -> store(step.memory());
      case RACE -> race(step.memory());
      case BATCH -> batch(step.memories());
      case UPDATE -> update(step);
      case DELETE -> delete(step);
      case GET -> get(step.memory());
      case LIST -> list();
      case SEARCH_VECTOR -> searchByVector(step);
      case SEARCH_WORDS -> searchByWords(step.memory());
      case SET_STATE -> setState(step);
      case GET_STATE -> getState(step.state());
      case TRESPASS -> trespass(step.name());
    }
  }

  /**
   * Asks, and asks the same again when the answer stays away: of the next node, if there is one.
   */
  private <R> Ended ask(
      Function<Integer, Request> request,
      Function<RekindleClient, Call<R>> call,
      Function<R, Answer> answer)
      throws InterruptedException {
    for (int i = 1; ; i++) {
      Ended ended = calls.perform(request.apply(doors.node()), doors, call, answer);
      if (!ended.open()) {
        return ended;
      }
      doors.away();
      if (i == TRIES_MAX || !goOn.getAsBoolean()) {
        return ended;
      }
      Thread.sleep(PAUSE_AFTER_OPEN);
    }
  }

  private void store(Planned memory) throws InterruptedException {
    StoreMemoryRequest request = storeRequest(memory);
    Ended ended =
        ask(
            node -> calls.request(Kind.STORE, node, asked(memory)),
            client -> client.memories().store(request),
            it -> Answers.written(namespace, it.getMemory(), it.getCreated()));
    learn(memory, ended);
  }

  private void race(Planned memory) {
    StoreMemoryRequest request = storeRequest(memory);
    List<Ended> both =
        calls.race(
            calls.request(Kind.STORE, doors.node(), asked(memory)),
            doors,
            client -> client.memories().store(request),
            it -> Answers.written(namespace, it.getMemory(), it.getCreated()));
    both.forEach(it -> learn(memory, it));
    if (both.stream().anyMatch(Ended::open)) {
      doors.away();
    }
  }

  private void batch(List<Planned> memories) {
    BatchStoreMemoriesRequest.Builder request =
        BatchStoreMemoriesRequest.newBuilder().setNamespace(namespace);
    List<Request> requests = new ArrayList<>();
    for (Planned memory : memories) {
      requests.add(calls.request(Kind.STORE, doors.node(), asked(memory)));
      request.addMemories(
          StoreMemoryItem.newBuilder().setMemory(message(memory)).setIdempotencyKey(memory.name()));
    }
    List<Ended> all =
        calls.batch(
            requests,
            doors,
            client -> client.memories().storeBatch(request.build()),
            it -> Answers.stored(namespace, it));
    for (int i = 0; i < all.size(); i++) {
      learn(memories.get(i), all.get(i));
    }
    if (all.stream().anyMatch(Ended::open)) {
      doors.away();
    }
  }

  private void learn(Planned memory, Ended ended) {
    if (ended.acknowledged() && !known.containsKey(memory)) {
      var seen = ended.answer().observed().getFirst();
      known.put(memory, new Known(seen.key(), seen.version(), Value.of(memory.name())));
    }
  }

  private void update(Step step) throws InterruptedException {
    Known before = known.get(step.memory());
    if (before == null) {
      store(step.memory());
      return;
    }
    Value value = Value.of(step.name());
    UpdateMemoryRequest.Builder request =
        UpdateMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(Messages.memory(value).setMemoryId(before.id()))
            .setUpdateMask(Messages.EVERYTHING)
            .setIdempotencyKey(step.name());
    OptionalLong expected =
        step.comparing() ? OptionalLong.of(before.version()) : OptionalLong.empty();
    expected.ifPresent(request::setExpectedVersion);
    Asked asked = new Asked(before.id(), step.name(), expected, value.fingerprint());
    Ended ended =
        ask(
            node -> calls.request(Kind.UPDATE, node, asked),
            client -> client.memories().update(request.build()),
            it -> Answers.written(namespace, it.getMemory(), false));
    if (ended.acknowledged()) {
      long version = ended.answer().observed().getFirst().version();
      known.put(step.memory(), new Known(before.id(), version, value));
    }
  }

  private void delete(Step step) throws InterruptedException {
    Known before = known.get(step.memory());
    if (before != null) {
      DeleteMemoryRequest request =
          DeleteMemoryRequest.newBuilder()
              .setNamespace(namespace)
              .setMemoryId(before.id())
              .setIdempotencyKey(step.name())
              .build();
      Asked asked = new Asked(before.id(), step.name(), OptionalLong.empty(), null);
      ask(
          node -> calls.request(Kind.DELETE, node, asked),
          client -> client.memories().delete(request),
          _ -> Answer.of(List.of()));
    }
  }

  private void get(Planned memory) throws InterruptedException {
    Known before = known.get(memory);
    if (before == null) {
      return;
    }
    Ended ended =
        ask(
            node -> calls.request(Kind.GET, node, Asked.read(before.id())),
            client -> client.memories().get(namespace, before.id()),
            it -> Answers.read(it.getMemory()));
    if (ended.acknowledged() && !ended.answer().observed().isEmpty()) {
      long version = ended.answer().observed().getFirst().version();
      known.put(memory, new Known(before.id(), version, before.value()));
    }
  }

  private void list() throws InterruptedException {
    ListMemoriesRequest request =
        ListMemoriesRequest.newBuilder().addNamespaces(namespace).setPageSize(LIST_PAGE).build();
    ask(
        node -> calls.request(Kind.LIST, node, Asked.read("")),
        client -> client.memories().list(request),
        it -> Answers.rows(it.getMemoriesList()));
  }

  /** By the comparing coin exactly or not: what need not be exact goes by the codes. */
  private void searchByVector(Step step) throws InterruptedException {
    Known wanted = known.get(step.memory());
    if (wanted != null) {
      search(
          wanted,
          Messages.byVector(namespace, wanted.value(), TOP_K, step.comparing()),
          step.comparing());
    }
  }

  private void searchByWords(Planned memory) throws InterruptedException {
    Known wanted = known.get(memory);
    if (wanted != null) {
      search(
          wanted,
          SearchMemoriesRequest.newBuilder()
              .addNamespaces(namespace)
              .setQuery(wanted.value().word())
              .setMode(SearchMode.SEARCH_MODE_WORDS)
              .setTopK(TOP_K)
              .build(),
          true);
    }
  }

  private void search(Known wanted, SearchMemoriesRequest request, boolean exact)
      throws InterruptedException {
    Asked asked = Asked.search(wanted.id(), wanted.value().fingerprint());
    ask(
        node -> calls.request(Kind.SEARCH, node, asked),
        client -> client.memories().search(request),
        it -> Answers.found(it, exact));
  }

  private void setState(Step step) throws InterruptedException {
    Value value = Value.of(step.name());
    SetAgentStateRequest.Builder request =
        SetAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(AGENT)
            .setKey("s" + step.state())
            .setValue(value.metadata())
            .setIdempotencyKey(step.name());
    OptionalLong expected =
        step.comparing()
            ? OptionalLong.of(stateVersions.getOrDefault(step.state(), 0L))
            : OptionalLong.empty();
    expected.ifPresent(request::setExpectedVersion);
    Asked asked =
        new Asked(
            Answers.STATE + request.getKey(), step.name(), expected, value.stateFingerprint());
    Ended ended =
        ask(
            node -> calls.request(Kind.SET_STATE, node, asked),
            client -> client.agentStates().set(request.build()),
            it -> Answers.set(it.getAgentState()));
    see(step.state(), ended);
  }

  private void getState(int state) throws InterruptedException {
    GetAgentStateRequest request =
        GetAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(AGENT)
            .setKey("s" + state)
            .build();
    Ended ended =
        ask(
            node -> calls.request(Kind.GET_STATE, node, Asked.read(Answers.STATE + "s" + state)),
            client -> client.agentStates().get(request),
            it -> Answers.state(it.getAgentState()));
    see(state, ended);
  }

  private void see(int state, Ended ended) {
    if (ended.acknowledged() && !ended.answer().observed().isEmpty()) {
      stateVersions.put(state, ended.answer().observed().getFirst().version());
    }
  }

  private void trespass(String name) throws InterruptedException {
    String id = idOf(name);
    ask(
        node -> calls.trespass(node, id),
        client -> client.memories().get(calls.foreign(), id),
        it -> Answers.read(it.getMemory()));
  }

  private Asked asked(Planned memory) {
    return new Asked(
        memory.chosen() ? idOf(memory.name()) : "",
        memory.name(),
        OptionalLong.empty(),
        Value.of(memory.name()).fingerprint());
  }

  private StoreMemoryRequest storeRequest(Planned memory) {
    return StoreMemoryRequest.newBuilder()
        .setNamespace(namespace)
        .setMemory(message(memory))
        .setIdempotencyKey(memory.name())
        .build();
  }

  private static io.rekindle.v1.Memory.Builder message(Planned memory) {
    io.rekindle.v1.Memory.Builder message = Messages.memory(Value.of(memory.name()));
    return memory.chosen() ? message.setMemoryId(idOf(memory.name())) : message;
  }

  private static String idOf(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
