package io.rekindle.chaos.traffic;

import java.util.List;

/**
 * One thing to ask.
 *
 * @param name unlike that of any other step of the run; values and idempotency keys come from it
 * @param memories which it is about
 * @param state which state it is about
 * @param comparing whether a write names the version that the client has seen
 */
record Step(String name, Action action, List<Planned> memories, int state, boolean comparing) {
  /** What to ask. */
  enum Action {
    STORE,
    BATCH,
    REPEAT,
    RACE,
    UPDATE,
    DELETE,
    GET,
    LIST,
    SEARCH_VECTOR,
    SEARCH_WORDS,
    SET_STATE,
    GET_STATE,
    TRESPASS;

    boolean needsMemory() {
      return switch (this) {
        case REPEAT, UPDATE, DELETE, GET, SEARCH_VECTOR, SEARCH_WORDS -> true;
        case STORE, BATCH, RACE, LIST, SET_STATE, GET_STATE, TRESPASS -> false;
      };
    }
  }

  /**
   * A memory, before it is stored.
   *
   * @param name its idempotency key, and the name of its first value
   * @param chosen whether the client chooses its id
   */
  record Planned(String name, boolean chosen) {}

  Planned memory() {
    return memories.getFirst();
  }
}
