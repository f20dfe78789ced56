package io.rekindle.chaos.traffic;

import io.grpc.Status;
import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.history.Recorder;
import io.rekindle.chaos.model.Model;
import io.rekindle.chaos.model.RecordKey;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads everything through one node when all is over: the whole list of each namespace, each record
 * by its key, those that are known to be gone, too, and finds some of them by their vectors.
 */
public final class LastRead {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int PAGE = 200;
  private static final int SEARCHES_MAX = 150;
  private static final int TOP_K = 5;
  private static final int TRIES_MAX = 60;
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int NOBODY = -1;

  private final Recorder recorder;
  private final ChaosNode node;
  private final Tenant tenant;
  private final RecordedCalls calls;
  private final boolean patient;
  private int searches;
  private boolean away;

  private LastRead(Recorder recorder, Phase phase, ChaosNode node, Tenant tenant) {
    this.patient = phase == Phase.LAST_READ;
    this.recorder = recorder;
    this.node = node;
    this.tenant = tenant;
    this.calls = new RecordedCalls(recorder, phase, NOBODY, tenant);
  }

  /** Everything has to be there. */
  public static void run(Recorder recorder, List<ChaosNode> nodes, List<Tenant> tenants) {
    run(recorder, Phase.LAST_READ, nodes, tenants);
  }

  /**
   * What a node in trouble answers, as a part of the traffic, until it does not answer any more.
   */
  public static void inTrouble(Recorder recorder, List<ChaosNode> nodes, List<Tenant> tenants) {
    run(recorder, Phase.TRAFFIC, nodes, tenants);
  }

  private static void run(
      Recorder recorder, Phase phase, List<ChaosNode> nodes, List<Tenant> tenants) {
    Model model = Model.of(recorder.history());
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (ChaosNode node : nodes) {
      for (Tenant tenant : tenants) {
        LastRead read = new LastRead(recorder, phase, node, tenant);
        all.add(
            CompletableFuture.runAsync(
                () -> read.run(model), it -> Thread.ofPlatform().daemon().start(it)));
      }
    }
    all.forEach(CompletableFuture::join);
  }

  private void run(Model model) {
    try (RekindleClient client = node.connect(tenant.apiKey(), DEADLINE)) {
      run(client, model);
    }
  }

  private void run(RekindleClient client, Model model) {
    Set<String> keys = new TreeSet<>();
    model.keys().stream()
        .filter(it -> it.namespace().equals(tenant.namespace()))
        .map(RecordKey::key)
        .forEach(keys::add);
    keys.addAll(list(client));
    for (String key : keys) {
      if (away) {
        return;
      }
      if (key.startsWith(Answers.STATE)) {
        getState(client, key);
      } else {
        get(client, key);
      }
    }
  }

  private List<String> list(RekindleClient client) {
    int number = recorder.invoke(calls.request(Kind.LIST, node.number(), Asked.read("")));
    List<Memory> all = new ArrayList<>();
    try {
      String token = "";
      do {
        ListMemoriesRequest request =
            ListMemoriesRequest.newBuilder()
                .addNamespaces(tenant.namespace())
                .setPageSize(PAGE)
                .setPageToken(token)
                .build();
        ListMemoriesResponse page = patiently(() -> client.memories().list(request).execute());
        all.addAll(page.getMemoriesList());
        token = page.getNextPageToken();
      } while (!token.isEmpty());
    } catch (RekindleClientException e) {
      recorder.complete(number, Outcome.UNKNOWN, Answer.error(e.reason()));
      noteAway(e);
      return List.of();
    }
    Answer answer = Answers.rows(all);
    recorder.complete(number, Outcome.OK, answer);
    return answer.observed().stream().map(Observed::key).toList();
  }

  private void get(RekindleClient client, String key) {
    Memory memory =
        end(
            recorder.invoke(calls.request(Kind.GET, node.number(), Asked.read(key))),
            Kind.GET,
            () -> client.memories().get(tenant.namespace(), key).execute().getMemory(),
            Answers::read,
            Memory.getDefaultInstance());
    if (memory.getVectorCount() > 0 && searches++ < SEARCHES_MAX) {
      search(client, memory);
    }
  }

  private void getState(RekindleClient client, String key) {
    GetAgentStateRequest request =
        GetAgentStateRequest.newBuilder()
            .setNamespace(tenant.namespace())
            .setAgentId(TrafficClient.AGENT)
            .setKey(key.substring(Answers.STATE.length()))
            .build();
    var _ =
        end(
            recorder.invoke(calls.request(Kind.GET_STATE, node.number(), Asked.read(key))),
            Kind.GET_STATE,
            () -> client.agentStates().get(request).execute().getAgentState(),
            Answers::state,
            AgentState.getDefaultInstance());
  }

  private void search(RekindleClient client, Memory memory) {
    Fingerprint wanted =
        Fingerprint.of(memory.getContent(), memory.getMetadata(), memory.getVectorList());
    SearchMemoriesRequest request =
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(tenant.namespace())
            .setVector(QueryVector.newBuilder().addAllValues(memory.getVectorList()))
            .setTopK(TOP_K)
            .setRecallTarget(1)
            .build();
    var _ =
        end(
            recorder.invoke(
                calls.request(
                    Kind.SEARCH, node.number(), Asked.search(memory.getMemoryId(), wanted))),
            Kind.SEARCH,
            () -> client.memories().search(request).execute(),
            it -> Answers.found(it, true),
            SearchMemoriesResponse.getDefaultInstance());
  }

  private <R> R end(int number, Kind kind, Supplier<R> call, Function<R, Answer> answer, R none) {
    try {
      R result = patiently(call);
      recorder.complete(number, Outcome.OK, answer.apply(result));
      return result;
    } catch (RekindleClientException e) {
      RecordedCalls.Ended ended = RecordedCalls.failed(kind, e);
      recorder.complete(number, ended.outcome(), ended.answer());
      noteAway(e);
      return none;
    }
  }

  /** A node that was started a moment ago may build an index first. */
  private void noteAway(RekindleClientException e) {
    away |= !patient && e.code() == Status.Code.UNAVAILABLE;
  }

  private <R> R patiently(Supplier<R> call) {
    for (int i = 1; ; i++) {
      try {
        return call.get();
      } catch (RekindleClientException e) {
        if (!patient || i == TRIES_MAX || !e.reason().equals("NOT_READY")) {
          throw e;
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
