package io.rekindle.chaos.traffic;

import io.grpc.Status;
import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.history.Recorder;
import io.rekindle.chaos.history.Request;
import io.rekindle.client.Call;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Calls of one client, each written down before it is sent and after it came back. */
final class RecordedCalls {
  /** After these nobody knows what was done. */
  private static final Set<Status.Code> OPEN =
      Set.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.CANCELLED,
          Status.Code.UNKNOWN,
          Status.Code.INTERNAL,
          Status.Code.DATA_LOSS);

  private static final Set<String> NOTHING_THERE = Set.of("MEMORY_NOT_FOUND", "STATE_NOT_FOUND");

  private final Recorder recorder;
  private final Phase phase;
  private final int client;
  private final Tenant tenant;

  RecordedCalls(Recorder recorder, Phase phase, int client, Tenant tenant) {
    this.recorder = recorder;
    this.phase = phase;
    this.client = client;
    this.tenant = tenant;
  }

  /** How it ended, and what was answered. */
  record Ended(Outcome outcome, Answer answer) {
    boolean acknowledged() {
      return outcome == Outcome.OK;
    }

    boolean open() {
      return outcome == Outcome.UNKNOWN;
    }
  }

  /** A namespace that the client's key does not open. */
  String foreign() {
    return tenant.foreign();
  }

  /** What a call is called in the history. */
  Request request(Kind kind, int node, Asked asked) {
    return new Request(
        phase,
        kind,
        client,
        node,
        tenant.namespace(),
        true,
        asked.key(),
        asked.idempotencyKey(),
        asked.expectedVersion(),
        asked.written());
  }

  /** A request for what the client's key does not open. */
  Request trespass(int node, String key) {
    return new Request(
        phase,
        Kind.GET,
        client,
        node,
        tenant.foreign(),
        false,
        key,
        "",
        OptionalLong.empty(),
        null);
  }

  <R> Ended perform(
      Request request,
      Doors doors,
      Function<RekindleClient, Call<R>> call,
      Function<R, Answer> answer) {
    int number = recorder.invoke(request);
    return end(number, ended(request.kind(), call.apply(doors.client())::execute, answer));
  }

  /** The same write from two hands at once. */
  <R> List<Ended> race(
      Request request,
      Doors doors,
      Function<RekindleClient, Call<R>> call,
      Function<R, Answer> answer) {
    int first = recorder.invoke(request);
    int second = recorder.invoke(request);
    CompletableFuture<R> one = call.apply(doors.client()).executeAsync();
    CompletableFuture<R> other = call.apply(doors.client()).executeAsync();
    return List.of(
        end(first, ended(request.kind(), one::join, answer)),
        end(second, ended(request.kind(), other::join, answer)));
  }

  /** Several writes in one call, each with its own result. */
  <R> List<Ended> batch(
      List<Request> requests,
      Doors doors,
      Function<RekindleClient, Call<R>> call,
      Function<R, List<Ended>> results) {
    List<Integer> numbers = requests.stream().map(recorder::invoke).toList();
    List<Ended> all;
    try {
      all = results.apply(call.apply(doors.client()).execute());
    } catch (RekindleClientException e) {
      all = requests.stream().map(it -> failed(it.kind(), e)).toList();
    }
    for (int i = 0; i < numbers.size(); i++) {
      recorder.complete(numbers.get(i), all.get(i).outcome(), all.get(i).answer());
    }
    return all;
  }

  private Ended end(int number, Ended ended) {
    recorder.complete(number, ended.outcome(), ended.answer());
    return ended;
  }

  private static <R> Ended ended(Kind kind, Supplier<R> call, Function<R, Answer> answer) {
    try {
      return new Ended(Outcome.OK, answer.apply(call.get()));
    } catch (RekindleClientException e) {
      return failed(kind, e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof RekindleClientException cause) {
        return failed(kind, cause);
      }
      throw e;
    }
  }

  static Ended failed(Kind kind, RekindleClientException e) {
    if (kind.readsOne() && NOTHING_THERE.contains(e.reason())) {
      return new Ended(Outcome.OK, Answer.of(List.of()));
    }
    Outcome outcome = OPEN.contains(e.code()) ? Outcome.UNKNOWN : Outcome.FAILED;
    return new Ended(outcome, Answer.error(e.reason()));
  }
}
