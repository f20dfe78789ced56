package io.rekindle.chaos.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.traffic.Step.Action;
import io.rekindle.chaos.traffic.Step.Planned;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final int MANY = 2_000;

  @Test
  void theSameSeedAsksTheSame() {
    assertThat(steps(7, 0)).isEqualTo(steps(7, 0)).isNotEqualTo(steps(8, 0));
    assertThat(steps(7, 0)).isNotEqualTo(steps(7, 1));
  }

  @Test
  void everyActionComesAndNothingIsWrittenUnderTheKeyOfWhatWasDeleted() {
    Set<Action> seen = EnumSet.noneOf(Action.class);
    Set<Planned> stored = new HashSet<>();
    Set<Planned> deleted = new HashSet<>();
    for (Step step : steps(7, 0)) {
      seen.add(step.action());
      switch (step.action()) {
        case STORE, RACE, BATCH -> assertThat(stored.addAll(step.memories())).isTrue();
        case DELETE -> assertThat(deleted.add(step.memory())).isTrue();
        case UPDATE, REPEAT -> assertThat(step.memory()).isIn(stored).isNotIn(deleted);
        default -> assertThat(stored).containsAll(step.memories());
      }
    }
    assertThat(seen).containsExactlyInAnyOrder(Action.values());
  }

  @Test
  void everyWriteHasAValueOfItsOwn() {
    Set<String> contents = new HashSet<>();
    for (Step step : steps(7, 0)) {
      assertThat(contents.add(Value.of(step.name()).fingerprint().content())).isTrue();
      assertThat(Value.of(step.name())).isEqualTo(Value.of(step.name()));
    }
  }

  private static List<Step> steps(long seed, int client) {
    Plan plan = new Plan(Mix.EVERYTHING, seed, client);
    return Stream.generate(plan::next).limit(MANY).toList();
  }
}
