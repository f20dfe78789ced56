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
    assertThat(decide(BOTH, BOTH, lost(B, NOBODY))).isEqualTo(WAIT);
    assertThat(decide(BOTH, NOBODY, lost(B, NOBODY))).as("b may join").isEqualTo(WAIT);
    assertThat(decide(C, NOBODY, lost(B, NOBODY))).as("b is joining").isEqualTo(WAIT);
    assertThat(decide(C, C, lost(B, B))).isEqualTo(RESET);
    assertThat(LostPartitions.decide(List.of(lost(B, B)), C, C, false))
        .as("a minority decides nothing")
        .isEqualTo(WAIT);
  }

  @Test
  void severalLastOwnersStartTogetherWhenAllAreThere() {
    assertThat(decide(BOTH, C, lost(BOTH, NOBODY))).isEqualTo(WAIT);
    assertThat(decide(BOTH, NOBODY, lost(BOTH, NOBODY))).isEqualTo(START_TOGETHER);
    assertThat(decide(BOTH, NOBODY, lost(B, NOBODY), lost(C, NOBODY)))
        .as("neither may come first")
        .isEqualTo(START_TOGETHER);
    assertThat(decide(BOTH, NOBODY, lost(NOBODY, NOBODY)))
        .as("nobody knows who was last")
        .isEqualTo(START_TOGETHER);
  }

  @Test
  void aSecondCopyBesideTheLastOwnersIsNotGuessedAbout() {
    assertThat(decide(NOBODY, NOBODY, lost(B, BOTH))).isEqualTo(START_TOGETHER);
    assertThat(decide(C, C, lost(B, B), lost(C, NOBODY))).isEqualTo(WAIT);
  }

  @Test
  void withoutACopyAnywhereAnotherStartIsOfNoUse() {
    assertThat(decide(NOBODY, NOBODY, lost(NOBODY, NOBODY))).isEqualTo(WAIT);
    assertThat(decide(NOBODY, NOBODY, lost(NOBODY, B)))
        .as("b has a half copy, and was started before")
        .isEqualTo(WAIT);
  }

  @Test
  void onlyTheOneLastOwnerMayBringItsCopy() {
    assertThat(lost(B, NOBODY).mayBeBroughtBy("b")).isTrue();
    assertThat(lost(B, NOBODY).mayBeBroughtBy("c")).isFalse();
    assertThat(lost(BOTH, NOBODY).mayBeBroughtBy("b")).isFalse();
    assertThat(lost(NOBODY, NOBODY).mayBeBroughtBy("b")).isFalse();
  }

  private static Lost lost(Set<String> lastOwners, Set<String> holders) {
    return new Lost(new LastOwners.Place(1, 2), lastOwners, holders);
  }
}
