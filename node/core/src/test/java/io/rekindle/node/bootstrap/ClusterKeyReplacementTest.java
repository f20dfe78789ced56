package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.bootstrap.SimulatedHolders.Event;
import io.rekindle.node.bootstrap.SimulatedHolders.Trouble;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that goes wrong while the cluster key is replaced, at every step. */
class ClusterKeyReplacementTest {
  private static final int NODES = 3;

  @Test
  void allUseTheNewKeyBeforeAnythingIsWrappedByIt() {
    SimulatedHolders nodes = new SimulatedHolders(NODES, List.of());
    var replaced = nodes.replacement(0).replace(SimulatedHolders.PASS);
    assertThat(nodes.used()).containsExactly(replaced.generation());
    assertThat(nodes.rotatedAt()).isPositive().isLessThan(nodes.rewrappedAt());
  }

  @ParameterizedTest
  @EnumSource
  void whateverGoesWrongOnceAllNodesOpenWhatEachSeals(Trouble trouble) {
    int steps = undisturbed().steps();
    assertThat(steps).isGreaterThan(20);
    for (int step = 0; step < steps; step++) {
      SimulatedHolders nodes = disturbed(List.of(new Event(step, trouble)));
      assertThat(nodes.openEachOther(false)).as("%s at step %d", trouble, step).isTrue();
      assertMends(nodes, trouble + " at step " + step);
    }
  }

  /** Whatever else happens: else pages would be readable under the former key unnoticed. */
  @ParameterizedTest
  @EnumSource
  void aNodeThatFallsBehindIsNotOverlooked(Trouble besides) {
    int steps = undisturbed().steps();
    for (int step = 0; step < steps; step++) {
      for (int later = step + 1; later < steps; later++) {
        var _ =
            disturbed(List.of(new Event(step, Trouble.FALLEN_BEHIND), new Event(later, besides)));
      }
    }
  }

  @Test
  void pagesAreGivenNoNewKeysWhereANodeHasFallenBehind() {
    int rotated = undisturbed().rotatedAt();
    // After its answer: those of the others, their version, the note, and the change itself.
    int unseen = NODES - 1 + 3;
    for (int step = 0; step <= rotated - unseen; step++) {
      SimulatedHolders nodes = disturbed(List.of(new Event(step, Trouble.FALLEN_BEHIND)));
      assertThat(nodes.wrappedBy()).as("at step %d", step).hasSizeLessThan(2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CALL_LOST", "AWAY_MEANWHILE"})
  void newKeysOfPagesAloneWaitForANodeThatIsBehind(Trouble besides) {
    int before = undisturbed().steps();
    for (int step = 0; step < 20; step++) {
      SimulatedHolders nodes =
          new SimulatedHolders(NODES, List.of(new Event(before + step, besides)));
      String generation = nodes.replacement(0).replace(SimulatedHolders.PASS).generation();
      nodes.fallBehind(1);
      try {
        var _ = nodes.replacement(0).rotatePages(_ -> {});
      } catch (RekindleException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.NOT_READY);
      }
      assertThat(nodes.wrappedBy()).as("%s at step %d", besides, step).containsExactly(generation);
    }
  }

  @Property(tries = 4000)
  void whateverGoesWrongSeveralTimesNoneOfTheFirstIsLeftBehind(
      @ForAll("troubles") List<Event> events) {
    SimulatedHolders nodes = disturbed(events);
    assertThat(nodes.openEachOther(true)).isTrue();
    assertMends(nodes, events.toString());
  }

  private static SimulatedHolders undisturbed() {
    SimulatedHolders undisturbed = new SimulatedHolders(NODES, List.of());
    var _ = undisturbed.replacement(0).replace(SimulatedHolders.PASS);
    return undisturbed;
  }

  @Provide
  Arbitrary<List<Event>> troubles() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 50), Arbitraries.of(Trouble.values()))
        .as(Event::new)
        .list()
        .ofMinSize(2)
        .ofMaxSize(4);
  }

  /** One replacement; what it says of itself is true. */
  private static SimulatedHolders disturbed(List<Event> events) {
    SimulatedHolders nodes = new SimulatedHolders(NODES, events);
    Set<String> former = nodes.used();
    // These may come after the last look at the nodes, and then it is as if they came later.
    boolean another = has(events, Trouble.ANOTHER_REPLACES);
    boolean late = another || has(events, Trouble.FALLEN_BEHIND);
    try {
      String generation = nodes.replacement(0).replace(SimulatedHolders.PASS).generation();
      assertThat(nodes.wrappedBy()).as("%s", events).hasSize(1);
      assertThat(another || nodes.wrappedBy().contains(generation)).as("%s", events).isTrue();
      assertThat(late || nodes.used().equals(Set.of(generation))).as("%s", events).isTrue();
    } catch (RekindleException e) {
      if (!another && !nodes.used().equals(former)) {
        assertThat(e.details()).as("%s", events).containsEntry("changed", "in part");
      }
    }
    return nodes;
  }

  private static boolean has(List<Event> events, Trouble trouble) {
    return events.stream().anyMatch(event -> event.trouble() == trouble);
  }

  /** Calm again, pages can be given new keys and the cluster key be replaced. */
  private static void assertMends(SimulatedHolders nodes, String after) {
    nodes.calm();
    assertThat(nodes.replacement(0).rotatePages(_ -> {})).as(after).isEqualTo(1);
    assertThat(nodes.wrappedBy()).as(after).hasSize(1);
    var replaced = nodes.replacement(0).replace(SimulatedHolders.PASS);
    assertThat(nodes.used()).as(after).containsExactly(replaced.generation());
    assertThat(nodes.openEachOther(false)).as(after).isTrue();
  }
}
