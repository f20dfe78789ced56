package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.history.Recorder;
import io.rekindle.chaos.history.Request;
import io.rekindle.chaos.model.RecordKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory with clients that overlap: operations are asked, take effect and are answered
 * at moments that a seed chooses, some are never answered, and of those some take effect later. It
 * is correct, but for the bug that it was told to have.
 */
final class SimulatedStore {
  /** What can be wrong with it. */
  enum Bug {
    NONE,
    LOSES_A_WRITE,
    READS_STALE,
    RESURRECTS,
    STORES_TWICE,
    MIXES_VALUES,
    APPLIES_REFUSED,
    MISSES_IN_SEARCH
  }

  private static final String NAMESPACE = "mine";
  private static final int CLIENTS = 4;
  private static final int STEPS = 1_000;

  private record Row(long version, Fingerprint value) {}

  /** Asked, and where it is on its way. */
  private static final class Flight {
    private final int number;
    private final Request request;
    private @Nullable Answer answer;
    private Outcome outcome = Outcome.OK;

    Flight(int number, Request request) {
      this.number = number;
      this.request = request;
    }
  }

  private final Random random;
  private final Bug bug;
  private final Recorder recorder;
  private final Map<String, Row> rows = new TreeMap<>();
  private final Map<String, Row> older = new HashMap<>();
  private final Map<String, String> keys = new HashMap<>();
  private final Map<Integer, Flight> flights = new HashMap<>();
  private final List<Flight> lost = new ArrayList<>();
  private final List<Request> stores = new ArrayList<>();
  private final Set<String> deleted = new HashSet<>();
  private int names;

  SimulatedStore(long seed, Bug bug) {
    this.random = new Random(seed);
    this.bug = bug;
    AtomicLong clock = new AtomicLong();
    this.recorder = new Recorder(clock::incrementAndGet);
  }

  Evidence run() {
    int refused = recorder.invoke(request(Kind.GET, 0, "x", "", OptionalLong.empty(), null, false));
    recorder.complete(refused, Outcome.FAILED, Answer.error("PERMISSION_DENIED"));
    for (int i = 0; i < STEPS; i++) {
      step(random.nextInt(CLIENTS));
    }
    for (int client = 0; client < CLIENTS; client++) {
      step(client);
      step(client);
    }
    lost.stream().filter(_ -> random.nextBoolean()).forEach(this::apply);
    if (bug == Bug.LOSES_A_WRITE && !rows.isEmpty()) {
      rows.remove(rows.keySet().iterator().next());
    }
    return judgeable();
  }

  private void step(int client) {
    Flight flight = flights.get(client);
    if (flight == null) {
      Request request = next(client);
      flights.put(client, new Flight(recorder.invoke(request), request));
    } else if (flight.answer == null) {
      if (random.nextInt(10) == 0) {
        // The client gives up. The row changes now, later or never.
        recorder.complete(flight.number, Outcome.UNKNOWN, Answer.error("UNAVAILABLE"));
        lost.add(flight);
        flights.remove(client);
      } else {
        apply(flight);
      }
    } else {
      recorder.complete(flight.number, flight.outcome, flight.answer);
      flights.remove(client);
    }
    if (!lost.isEmpty() && random.nextInt(20) == 0) {
      apply(lost.remove(random.nextInt(lost.size())));
    }
  }

  private Request next(int client) {
    String name = "n" + names++;
    List<Request> living =
        stores.stream().filter(it -> !deleted.contains(it.idempotencyKey())).toList();
    if (living.isEmpty() || random.nextInt(4) == 0) {
      Request store =
          request(Kind.STORE, client, "", name, OptionalLong.empty(), value(name), true);
      stores.add(store);
      return store;
    }
    Request origin = living.get(random.nextInt(living.size()));
    String key = keys.getOrDefault(origin.idempotencyKey(), "");
    if (key.isEmpty() || random.nextInt(6) == 0) {
      return request(
          Kind.STORE,
          client,
          "",
          origin.idempotencyKey(),
          OptionalLong.empty(),
          origin.written(),
          true);
    }
    Row row = rows.get(key);
    return switch (random.nextInt(7)) {
      case 0 -> {
        deleted.add(origin.idempotencyKey());
        yield request(Kind.DELETE, client, key, name, OptionalLong.empty(), null, true);
      }
      case 1, 2 -> {
        OptionalLong expected =
            row == null || random.nextInt(3) == 0
                ? OptionalLong.empty()
                : OptionalLong.of(row.version());
        yield request(Kind.UPDATE, client, key, name, expected, value(name), true);
      }
      case 3 ->
          request(
              Kind.SEARCH,
              client,
              key,
              "",
              OptionalLong.empty(),
              row == null ? origin.written() : row.value(),
              true);
      case 4 -> request(Kind.LIST, client, "", "", OptionalLong.empty(), null, true);
      default -> request(Kind.GET, client, key, "", OptionalLong.empty(), null, true);
    };
  }

  /** The moment at which it happens. */
  private void apply(Flight flight) {
    Request request = flight.request;
    switch (request.kind()) {
      case STORE -> store(flight);
      case UPDATE -> update(flight);
      case DELETE -> delete(flight);
      case GET -> flight.answer = Answer.of(seen(request.key()));
      case LIST ->
          flight.answer =
              Answer.of(rows.keySet().stream().flatMap(it -> seen(it).stream()).toList());
      case SEARCH -> {
        boolean missed = bug == Bug.MISSES_IN_SEARCH && random.nextInt(5) == 0;
        flight.answer = Answer.of(missed ? List.of() : seen(request.key()));
      }
      case SET_STATE, GET_STATE -> throw new IllegalStateException("not asked here");
    }
  }

  private void store(Flight flight) {
    Request request = flight.request;
    String known = keys.get(request.idempotencyKey());
    if (known != null && deleted.contains(request.idempotencyKey())) {
      refuse(flight);
      return;
    }
    boolean twice = bug == Bug.STORES_TWICE && known != null && random.nextInt(4) == 0;
    if (known == null || twice) {
      known = "id" + names++;
      keys.put(request.idempotencyKey(), known);
      rows.put(known, new Row(1, Objects.requireNonNull(request.written())));
      flight.answer = new Answer("", true, false, List.of(answered(known, 1)));
      return;
    }
    Row row = rows.get(known);
    long version = row == null ? 1 : row.version();
    flight.answer = new Answer("", false, false, List.of(answered(known, version)));
  }

  private void update(Flight flight) {
    Request request = flight.request;
    Row row = rows.get(request.key());
    if (row == null) {
      refuse(flight);
      return;
    }
    OptionalLong expected = request.expectedVersion();
    boolean refused = expected.isPresent() && expected.getAsLong() != row.version();
    if (refused) {
      refuse(flight);
      if (bug != Bug.APPLIES_REFUSED) {
        return;
      }
    }
    Fingerprint value = Objects.requireNonNull(request.written());
    if (bug == Bug.MIXES_VALUES && random.nextInt(4) == 0) {
      value = new Fingerprint(value.content(), row.value().metadata(), value.vector());
    }
    Row next = new Row(row.version() + 1, value);
    older.put(request.key(), row);
    rows.put(request.key(), next);
    if (!refused) {
      flight.answer = Answer.of(List.of(answered(request.key(), next.version())));
    }
  }

  private static void refuse(Flight flight) {
    flight.outcome = Outcome.FAILED;
    flight.answer = Answer.error("VERSION_CONFLICT");
  }

  private void delete(Flight flight) {
    Row row = rows.remove(flight.request.key());
    if (row != null && bug == Bug.RESURRECTS && random.nextInt(3) == 0) {
      rows.put(flight.request.key(), row);
    }
    flight.answer = Answer.of(List.of());
  }

  private List<Observed> seen(String key) {
    Row row = rows.get(key);
    Row before = older.get(key);
    if (row != null && before != null && bug == Bug.READS_STALE && random.nextInt(4) == 0) {
      row = before;
    }
    return row == null
        ? List.of()
        : List.of(new Observed(NAMESPACE, key, row.version(), row.value()));
  }

  private Evidence judgeable() {
    Set<String> all = new HashSet<>(keys.values());
    all.addAll(rows.keySet());
    List<Observed> listed =
        rows.entrySet().stream()
            .map(
                it ->
                    new Observed(
                        NAMESPACE, it.getKey(), it.getValue().version(), it.getValue().value()))
            .toList();
    last(Kind.LIST, "", listed);
    for (String key : all) {
      Row row = rows.get(key);
      last(
          Kind.GET,
          key,
          row == null
              ? List.of()
              : List.of(new Observed(NAMESPACE, key, row.version(), row.value())));
    }
    Set<RecordKey> audited = new HashSet<>();
    for (Operation operation : recorder.history().operations()) {
      audited.add(new RecordKey(NAMESPACE, operation.key()));
    }
    return Evidence.of(
        recorder.history(), List.of(new ChainCheck(0, 0, 1, "whole")), Map.of(0, 1L), audited);
  }

  private void last(Kind kind, String key, List<Observed> observed) {
    int number =
        recorder.invoke(
            new Request(
                Phase.LAST_READ,
                kind,
                -1,
                0,
                NAMESPACE,
                true,
                key,
                "",
                OptionalLong.empty(),
                null));
    recorder.complete(number, Outcome.OK, Answer.of(observed));
  }

  private static Request request(
      Kind kind,
      int client,
      String key,
      String idempotencyKey,
      OptionalLong expected,
      @Nullable Fingerprint written,
      boolean granted) {
    return new Request(
        Phase.TRAFFIC, kind, client, 0, NAMESPACE, granted, key, idempotencyKey, expected, written);
  }

  private static Fingerprint value(String name) {
    return new Fingerprint("c" + name, "m" + name, "v" + name);
  }

  private static Observed answered(String key, long version) {
    return new Observed(NAMESPACE, key, version, Observed.UNSEEN);
  }
}
