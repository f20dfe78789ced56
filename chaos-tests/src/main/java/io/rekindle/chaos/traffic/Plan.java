package io.rekindle.chaos.traffic;

import io.rekindle.chaos.traffic.Step.Action;
import io.rekindle.chaos.traffic.Step.Planned;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What one client asks, step by step, whatever it is answered. Not thread-safe. */
final class Plan {
  private static final int BATCH_MAX = 8;
  private static final int STATES = 4;
  private static final int TRESPASS_AT = 5;

  private final Mix mix;
  private final String prefix;
  private final Random random;
  private final List<Planned> living = new ArrayList<>();
  private final List<Planned> dead = new ArrayList<>();
  private int steps;

  Plan(Mix mix, long seed, int client) {
    this.mix = mix;
    this.prefix = Long.toHexString(seed) + "-" + client + "-";
    this.random = new Random(seed * 31 + client);
  }

  Step next() {
    Action rolled = mix.roll(random);
    // Of a short run on a slow machine chance alone may leave it out, and nothing would be proven.
    Action action = steps == TRESPASS_AT ? Action.TRESPASS : rolled;
    if (action.needsMemory() && living.isEmpty()) {
      action = Action.STORE;
    }
    String name = prefix + steps++;
    List<Planned> memories =
        switch (action) {
          case STORE, RACE -> made(name, 1);
          case BATCH -> made(name, 2 + random.nextInt(BATCH_MAX - 1));
          case REPEAT, UPDATE, SEARCH_VECTOR, SEARCH_WORDS -> List.of(any(living));
          // What is gone is asked for, too.
          case GET -> List.of(any(dead.isEmpty() || random.nextInt(4) > 0 ? living : dead));
          case DELETE -> List.of(buried());
          case LIST, SET_STATE, GET_STATE, TRESPASS -> List.of();
        };
    return new Step(name, action, memories, random.nextInt(STATES), random.nextInt(4) > 0);
  }

  private List<Planned> made(String name, int count) {
    List<Planned> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(new Planned(count == 1 ? name : name + "-" + i, random.nextBoolean()));
    }
    living.addAll(made);
    return made;
  }

  private Planned any(List<Planned> among) {
    return among.get(random.nextInt(among.size()));
  }

  private Planned buried() {
    Planned taken = living.remove(random.nextInt(living.size()));
    dead.add(taken);
    return taken;
  }
}
