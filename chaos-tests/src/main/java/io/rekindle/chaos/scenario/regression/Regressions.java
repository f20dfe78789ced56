package io.rekindle.chaos.scenario.regression;

import io.rekindle.chaos.fault.KillNode;
import io.rekindle.chaos.fault.PauseNode;
import io.rekindle.chaos.scenario.ChaosRun;

/** The runs of every build. */
public final class Regressions {
  private static final int FLOW_MILLIS_MIN = 1_500;
  private static final int FLOW_MILLIS_MAX = 4_000;
  private static final int KILLS = 2;
  private static final int PAUSES = 3;

  private Regressions() {}

  /** kill -9 in the middle of everything that the traffic asks. */
  public static Regression killWhileWriting() {
    return new Regression(
        "KillWhileWriting",
        run -> {
          for (int i = 0; i < KILLS; i++) {
            flow(run);
            run.strike(new KillNode());
          }
          flow(run);
        });
  }

  /** Standing still, for less and for longer than clients wait. */
  public static Regression pauseAndResume() {
    return new Regression(
        "PauseAndResume",
        run -> {
          for (int i = 0; i < PAUSES; i++) {
            flow(run);
            run.strike(new PauseNode());
          }
          flow(run);
        });
  }

  private static void flow(ChaosRun run) {
    run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
  }
}
