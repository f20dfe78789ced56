package io.rekindle.chaos.traffic;

import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.StoreMemoryResult;
import java.util.List;

/** What the messages of the API say, in the words of a history. */
final class Answers {
  /** Of the key of a state in a history. */
  static final String STATE = "state:";

  private Answers() {}

  /** The answer to a write: it shows nothing of the value. */
  static Answer written(String namespace, Memory memory, boolean created) {
    return new Answer(
        "",
        created,
        false,
        List.of(
            new Observed(namespace, memory.getMemoryId(), memory.getVersion(), Observed.UNSEEN)));
  }

  static Answer read(Memory memory) {
    return Answer.of(List.of(row(memory)));
  }

  static Answer rows(List<Memory> memories) {
    return Answer.of(memories.stream().map(Answers::row).toList());
  }

  /** One that need not be exact may miss what it is held to. */
  static Answer found(SearchMemoriesResponse response, boolean mustBeExact) {
    boolean partial =
        response.getPartial() || !mustBeExact || !response.getNextPageToken().isEmpty();
    List<Observed> rows =
        response.getHitsList().stream().map(SearchHit::getMemory).map(Answers::row).toList();
    return new Answer("", false, partial, rows);
  }

  static Answer set(AgentState state) {
    return Answer.of(
        List.of(
            new Observed(
                state.getNamespace(),
                STATE + state.getKey(),
                state.getVersion(),
                Observed.UNSEEN)));
  }

  static Answer state(AgentState state) {
    return Answer.of(
        List.of(
            new Observed(
                state.getNamespace(),
                STATE + state.getKey(),
                state.getVersion(),
                Fingerprint.of(state.getValue(), "", List.of()))));
  }

  static List<RecordedCalls.Ended> stored(String namespace, BatchStoreMemoriesResponse response) {
    return response.getResultsList().stream().map(it -> stored(namespace, it)).toList();
  }

  private static RecordedCalls.Ended stored(String namespace, StoreMemoryResult result) {
    return result.hasError()
        ? RecordedCalls.failed(Kind.STORE, RekindleClientException.of(result.getError()))
        : new RecordedCalls.Ended(
            Outcome.OK, written(namespace, result.getMemory(), result.getCreated()));
  }

  private static Observed row(Memory memory) {
    return new Observed(
        memory.getNamespace(),
        memory.getMemoryId(),
        memory.getVersion(),
        Fingerprint.of(memory.getContent(), memory.getMetadata(), memory.getVectorList()));
  }
}
