package io.rekindle.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.chaos.checker.Violation;
import io.rekindle.chaos.fault.FaultEvent;
import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.history.Recorder;
import io.rekindle.chaos.history.Request;
import io.rekindle.chaos.scenario.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosReportTest {
  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path folder;
  private long now;
  private final Recorder recorder = new Recorder(() -> now);

  @Test
  void whatAFaultDidToWritesIsTheLongestTimeWithoutOneAndTheFirstAfterIt() {
    wrote(9, Outcome.OK);
    wrote(12, Outcome.UNKNOWN);
    wrote(16, Outcome.OK);
    wrote(20, Outcome.OK);
    FaultEvent kill = new FaultEvent("kill -9", 0, 10 * SECOND, 13 * SECOND, 15 * SECOND);

    List<Recovery> recoveries = Recovery.of(recorder.history(), List.of(kill), 4 * SECOND);

    assertThat(recoveries).hasSize(1);
    assertThat(recoveries.getFirst().atSeconds()).isCloseTo(6, within(1e-9));
    assertThat(recoveries.getFirst().gapSeconds()).as("from 9 to 16").isCloseTo(7, within(1e-9));
    assertThat(recoveries.getFirst().recoverySeconds()).isCloseTo(3, within(1e-9));
  }

  @Test
  void thePageSaysWhatWasAskedWhatStruckAndWhatWasBroken() throws Exception {
    wrote(9, Outcome.OK);
    wrote(12, Outcome.UNKNOWN);
    wrote(16, Outcome.OK);
    FaultEvent kill = new FaultEvent("kill -9", 0, 10 * SECOND, 13 * SECOND, 15 * SECOND);
    Violation lost = new Violation("NoLostWrite", "is gone", List.of());
    Verdict verdict = new Verdict(7, 1, 0, recorder.history(), List.of(kill), List.of(lost));

    String page =
        Files.readString(
            ChaosReport.write(verdict, "mvn verify", List.of("slow disk: why"), folder));

    assertThat(page)
        .contains("Seed 7, 1 node:")
        .contains("1 faults, 3 operations asked meanwhile, 1 violations.")
        .contains("| store | 2 | 0 | 1 |")
        .contains("| kill -9 | 1 | 7.0 | 7.0 | 3.0 | 3.0 |")
        .contains("| NoLostWrite | 1 |")
        .contains("NoLostWrite: is gone")
        .contains("- slow disk: why");
    assertThat(Files.readString(folder.resolve("recovery.svg")))
        .startsWith("<svg ")
        .contains("<title>kill -9: 3.0 s</title>")
        .endsWith("</svg>\n");
  }

  @Test
  void aRunWithoutFaultsHasAPlotOfNothing() {
    assertThat(RecoveryPlot.svg(List.of())).doesNotContain("<circle").doesNotContain("NaN");
  }

  private void wrote(long second, Outcome outcome) {
    now = second * SECOND;
    int number =
        recorder.invoke(
            new Request(
                Phase.TRAFFIC, Kind.STORE, 0, 0, "a", true, "k", "i", OptionalLong.empty(), null));
    recorder.complete(number, outcome, Answer.of(List.of()));
  }
}
