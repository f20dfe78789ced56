package io.rekindle.chaos.scenario.regression;

import io.rekindle.chaos.fault.FillDisk;
import io.rekindle.chaos.fault.KillNode;
import io.rekindle.chaos.fault.PauseNode;
import io.rekindle.chaos.fault.SmallDisk;
import io.rekindle.chaos.scenario.ChaosRun;
import io.rekindle.chaos.traffic.Mix;

/** The runs of every build. */
public final class Regressions {
  private static final int FLOW_MILLIS_MIN = 1_500;
  private static final int FLOW_MILLIS_MAX = 3_000;

  private Regressions() {}

  /** kill -9 in the middle of everything that the traffic asks. */
  public static Regression killWhileWriting() {
    return new Regression("KillWhileWriting", Mix.EVERYTHING, Regressions::kill);
  }

  /** kill -9 while as much is deleted as is stored: what is gone must not come back. */
  public static Regression killDuringDeletes() {
    return new Regression("KillDuringDeletes", Mix.DELETES, Regressions::kill);
  }

  /** Standing still, for less and for longer than clients wait. */
  public static Regression pauseAndResume() {
    return new Regression(
        "PauseAndResume",
        Mix.EVERYTHING,
        run -> {
          flow(run);
          run.strike(PauseNode.alone());
          flow(run);
          run.quiet();
        });
  }

  /** kill -9 of one of several nodes while they write; the others go on. */
  public static Regression killOneOfThree() {
    return new Regression("KillOneOfThree", Mix.EVERYTHING, Regressions::kill);
  }

  /** No room for writes, and then room again. */
  public static Regression fullDisk(SmallDisk disk) {
    return new Regression(
        "FullDisk",
        Mix.EVERYTHING,
        run -> {
          flow(run);
          run.strike(FillDisk.belowTheReserve(disk));
          flow(run);
          run.quiet();
        });
  }

  /** Bits that flip in a page, in the audit and in the files of the index. */
  public static Regression damagedFiles() {
    return new Regression("DamagedFiles", Mix.EVERYTHING, DamagedFilesCourse::run);
  }

  private static void kill(ChaosRun run) {
    flow(run);
    run.strike(new KillNode());
    flow(run);
    run.quiet();
  }

  static void flow(ChaosRun run) {
    run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
  }
}
