package io.rekindle.node.maintenance.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Set;
import org.junit.jupiter.api.Test;

class QueueTakeoverTest {
  private Set<Integer> owned = Set.of(1, 2);
  private Set<String> nodes = Set.of("a", "b");
  private boolean failing;
  private int offers;
  private final QueueTakeover takeover = new QueueTakeover(() -> owned, () -> nodes, this::offer);

  private void offer() {
    if (failing) {
      throw new IllegalStateException("the engine is not ready");
    }
    offers++;
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
  void anOfferThatFailsIsMadeAgain() {
    nodes = Set.of("a");
    failing = true;
    assertThatIllegalStateException().isThrownBy(takeover::look);
    failing = false;
    takeover.look();
    assertThat(offers).isEqualTo(1);
  }
}
