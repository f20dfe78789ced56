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
  /** What to ask, and how often of a hundred. */
  enum Action {
    STORE(24),
    BATCH(4),
    REPEAT(3),
    RACE(3),
    UPDATE(16),
    DELETE(7),
    GET(14),
    LIST(3),
    SEARCH_VECTOR(8),
    SEARCH_WORDS(6),
    SET_STATE(6),
    GET_STATE(4),
    TRESPASS(2);

    final int weight;

    Action(int weight) {
      this.weight = weight;
    }

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
