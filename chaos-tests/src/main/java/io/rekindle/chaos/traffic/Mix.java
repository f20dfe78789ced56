package io.rekindle.chaos.traffic;

import io.rekindle.chaos.traffic.Step.Action;
import java.util.Random;

/** How often what is asked, of a hundred. */
public enum Mix {
  EVERYTHING,
  /** As many deletes as stores, so that a fault meets them. */
  DELETES;

  private static final int HUNDRED = 100;

  Action roll(Random random) {
    int dice = random.nextInt(HUNDRED);
    for (Action action : Action.values()) {
      dice -= this == DELETES ? ofDeletes(action) : ofEverything(action);
      if (dice < 0) {
        return action;
      }
    }
    throw new IllegalStateException("the weights are less than a hundred together");
  }

  private static int ofEverything(Action action) {
    return switch (action) {
      case STORE -> 24;
      case UPDATE -> 16;
      case GET -> 14;
      case SEARCH_VECTOR -> 8;
      case DELETE -> 7;
      case SEARCH_WORDS, SET_STATE -> 6;
      case BATCH, GET_STATE -> 4;
      case REPEAT, RACE, LIST -> 3;
      case TRESPASS -> 2;
    };
  }

  private static int ofDeletes(Action action) {
    return switch (action) {
      case STORE -> 24;
      case DELETE -> 40;
      case GET -> 12;
      case BATCH -> 6;
      case SEARCH_VECTOR -> 5;
      case UPDATE, LIST -> 4;
      case SEARCH_WORDS -> 3;
      case TRESPASS -> 2;
      case REPEAT, RACE, SET_STATE, GET_STATE -> 0;
    };
  }
}
