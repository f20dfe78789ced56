package io.rekindle.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.checker.SimulatedStore.Bug;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Histories that nobody wrote by hand: those of a correct store, and of stores with a bug. */
class SimulatedStoreTest {
  private static final int SEEDS = 60;

  @Property(tries = 300)
  void aCorrectStoreIsNeverCondemned(@ForAll long seed) {
    assertThat(Checkers.check(new SimulatedStore(seed, Bug.NONE).run())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "LOSES_A_WRITE, NoLostWrite",
    "READS_STALE, NoStaleReadAfterAck",
    "RESURRECTS, DeletedStaysDeleted",
    "STORES_TWICE, OneWinnerPerIdempotencyKey",
    "MIXES_VALUES, NoHalfTransaction",
    "APPLIES_REFUSED, NoHalfTransaction",
    "MISSES_IN_SEARCH, SearchFindsAcknowledged"
  })
  void everyBugIsCondemnedByItsChecker(Bug bug, String checker) {
    Set<String> condemned = new HashSet<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      Checkers.check(new SimulatedStore(seed, bug).run())
          .forEach(it -> condemned.add(it.checker()));
    }
    assertThat(condemned).contains(checker);
  }
}
