package io.rekindle.node.maintenance.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueueTakeoverTest {
  private Set<Integer> owned = Set.of(1, 2);
  private Set<String> nodes = Set.of("a", "b");
  private boolean room = true;
  private boolean all = true;
  private boolean failing;
  private int offers;
  private final QueueTakeover takeover =
      new QueueTakeover(() -> owned, () -> nodes, () -> room, this::offer);

  private boolean offer() {
    if (failing) {
      throw new IllegalStateException("the engine is not ready");
    }
    offers++;
    return all;
  }

  @Test
  void nothingIsOfferedWhileNothingChanges() {
    takeover.look();
    owned = Set.of(1);
    takeover.look();
    nodes = Set.of("a", "b", "c");
    takeover.look();
    assertThat(offers).as("fewer partitions, more nodes: nothing is left behind").isZero();
  }

  @Test
  void whatBecameThisNodesOwnIsOfferedOnce() {
    owned = Set.of(1, 2, 3);
    takeover.look();
    takeover.look();
    assertThat(offers).isEqualTo(1);
  }

  @Test
  void whatWasInTheQueueOfANodeThatLeftIsOfferedOnce() {
    nodes = Set.of("a", "c");
    takeover.look();
    takeover.look();
    assertThat(offers).isEqualTo(1);
  }

  @Test
  void whoIsToldToLookOffersOnce() {
    takeover.wake();
    takeover.wake();
    takeover.look();
    takeover.look();
    assertThat(offers).isEqualTo(1);
  }

  @Test
  void whatWasToldWhileAnOfferFailsIsNotForgotten() {
    takeover.wake();
    failing = true;
    assertThat(fails()).isTrue();
    failing = false;
    takeover.look();
    takeover.look();
    assertThat(offers).isEqualTo(1);
  }

  @Test
  void whatFoundNoRoomIsOfferedAgainWhenThereIsSome() {
    owned = Set.of(1, 2, 3);
    all = false;
    room = false;
    takeover.look();
    takeover.look();
    assertThat(offers).isEqualTo(1);

    room = true;
    takeover.look();
    all = true;
    takeover.look();
    takeover.look();
    assertThat(offers).as("until there was room for all").isEqualTo(3);
  }

  @Test
  void anOfferThatFailsIsMadeAgainAfterPausesThatDouble() {
    nodes = Set.of("a");
    failing = true;
    List<Boolean> tried = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      tried.add(fails());
    }
    assertThat(tried)
        .containsExactly(true, true, false, true, false, false, true, false, false, false, false);
    failing = false;
    takeover.look();
    assertThat(offers).isEqualTo(1);

    nodes = Set.of("b");
    takeover.look();
    assertThat(offers).as("without a pause").isEqualTo(2);
  }

  private boolean fails() {
    try {
      takeover.look();
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }
}
