package io.rekindle.node.cluster;

import static io.rekindle.node.cluster.LostPartitions.Step.RESET;
import static io.rekindle.node.cluster.LostPartitions.Step.START_TOGETHER;
import static io.rekindle.node.cluster.LostPartitions.Step.WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.cluster.LastOwners.Lost;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who is waited for, when what is lost is served again, and when all start together. */
class LostPartitionsTest {
  private static final Set<String> NOBODY = Set.of();
  private static final Set<String> B = Set.of("b");
  private static final Set<String> C = Set.of("c");
  private static final Set<String> BOTH = Set.of("b", "c");

  private static LostPartitions.Step decide(Set<String> away, Set<String> missing, Lost... lost) {
    return LostPartitions.decide(List.of(lost), away, missing, true);
  }

  @Test
  void nothingIsLost() {
    assertThat(decide(BOTH, NOBODY)).isEqualTo(WAIT);
  }

  @Test
  void theOneLastOwnerIsWaitedForAndServedWhenItIsBack() {
    assertThat(decide(BOTH, BOTH, new Lost(B, NOBODY))).isEqualTo(WAIT);
    assertThat(decide(BOTH, NOBODY, new Lost(B, NOBODY))).as("b may join").isEqualTo(WAIT);
    assertThat(decide(C, NOBODY, new Lost(B, NOBODY))).as("b is joining").isEqualTo(WAIT);
    assertThat(decide(C, C, new Lost(B, B))).isEqualTo(RESET);
    assertThat(LostPartitions.decide(List.of(new Lost(B, B)), C, C, false))
        .as("a minority decides nothing")
        .isEqualTo(WAIT);
  }

  @Test
  void severalLastOwnersStartTogetherWhenAllAreThere() {
    assertThat(decide(BOTH, C, new Lost(BOTH, NOBODY))).isEqualTo(WAIT);
    assertThat(decide(BOTH, NOBODY, new Lost(BOTH, NOBODY))).isEqualTo(START_TOGETHER);
    assertThat(decide(BOTH, NOBODY, new Lost(B, NOBODY), new Lost(C, NOBODY)))
        .as("neither may come first")
        .isEqualTo(START_TOGETHER);
    assertThat(decide(BOTH, NOBODY, new Lost(NOBODY, NOBODY)))
        .as("nobody knows who was last")
        .isEqualTo(START_TOGETHER);
  }

  @Test
  void aSecondCopyBesideTheLastOwnersIsNotGuessedAbout() {
    assertThat(decide(NOBODY, NOBODY, new Lost(B, BOTH))).isEqualTo(START_TOGETHER);
    assertThat(decide(C, C, new Lost(B, B), new Lost(C, NOBODY))).isEqualTo(WAIT);
  }

  @Test
  void withoutACopyAnywhereAnotherStartIsOfNoUse() {
    assertThat(decide(NOBODY, NOBODY, new Lost(NOBODY, NOBODY))).isEqualTo(WAIT);
    assertThat(decide(NOBODY, NOBODY, new Lost(NOBODY, B)))
        .as("b has a half copy, and was started before")
        .isEqualTo(WAIT);
  }

  @Test
  void onlyTheOneLastOwnerMayBringItsCopy() {
    assertThat(new Lost(B, NOBODY).mayBeBroughtBy("b")).isTrue();
    assertThat(new Lost(B, NOBODY).mayBeBroughtBy("c")).isFalse();
    assertThat(new Lost(BOTH, NOBODY).mayBeBroughtBy("b")).isFalse();
    assertThat(new Lost(NOBODY, NOBODY).mayBeBroughtBy("b")).isFalse();
  }
}
