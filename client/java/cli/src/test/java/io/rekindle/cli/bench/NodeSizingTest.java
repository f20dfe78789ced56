package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.v1.SearchPath;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSizingTest {
  @Test
  void leavesSmallSetsTheDefaults() {
    assertThat(NodeSizing.of(10_000, 384).settings(List.of()))
        .containsExactly(
            "rekindle.index.memory-bytes-max=512MiB", "rekindle.ignite.data-region-max=512MiB");
  }

  @Test
  void fitsAMillionInAMachineOf24GiB() {
    NodeSizing sizing = NodeSizing.of(1_000_000, 384);

    assertThat(sizing.indexMebibytes()).isBetween(2_500L, 4_096L);
    assertThat(sizing.regionMebibytes()).isBetween(4_096L, 6_144L);
    assertThat(sizing.settings(List.of()))
        .contains("rekindle.ignite.checkpoint-buffer=512MiB")
        .hasSize(3);
  }

  @Test
  void isOverriddenByWhatIsGiven() {
    String given = "rekindle.index.memory-bytes-max=9GiB";

    assertThat(NodeSizing.of(1_000_000, 384).settings(List.of(given, "a=b=c")))
        .contains(given, "a=b=c")
        .hasSize(4);
    assertThatThrownBy(() -> NodeSizing.merged(List.of(), List.of("nonsense")))
        .hasMessage("--set is KEY=VALUE, not 'nonsense'");
  }

  @ParameterizedTest
  @CsvSource({
    "9999, 0.98, a=b, EXACT",
    "10000, 0.98, a=b, CODES",
    "50000, 0.98, a=b, LISTS",
    "50000, 1, a=b, EXACT",
    "50000, 0.98, rekindle.index.lists-from=60000, CODES",
    "500, 0.98, rekindle.index.codes-from=500, CODES"
  })
  void knowsHowASizeIsSearched(int memories, double recall, String setting, String path) {
    assertThat(IndexWait.expected(memories, recall, List.of(setting)))
        .isEqualTo(SearchPath.valueOf("SEARCH_PATH_" + path));
  }
}
