package io.rekindle.chaos.scenario.regression;

import io.rekindle.chaos.fault.Fault;
import io.rekindle.chaos.fault.FillDisk;
import io.rekindle.chaos.fault.KillNode;
import io.rekindle.chaos.fault.KillWithNewKeys;
import io.rekindle.chaos.fault.PauseNode;
import io.rekindle.chaos.fault.SmallDisk;
import io.rekindle.chaos.scenario.ChaosRun;
import io.rekindle.chaos.traffic.Mix;
import java.util.Optional;

/** The runs of every build. */
public final class Regressions {
  private static final int FLOW_MILLIS_MIN = 1_500;
  private static final int FLOW_MILLIS_MAX = 3_000;

  private Regressions() {}

  /**
   * One node is killed, stands still, for less or for longer than clients wait, and has no room for
   * writes; in the middle of everything that the traffic asks.
   *
   * @param disk that the node's folder is on; without one, there is room
   */
  public static Regression oneNode(Optional<SmallDisk> disk) {
    return new Regression(
        "OneNode",
        Mix.EVERYTHING,
        run -> {
          strike(run, new KillNode());
          strike(run, PauseNode.alone());
          disk.ifPresent(small -> strike(run, FillDisk.belowTheReserve(small)));
          flow(run);
          run.quiet();
        });
  }

  /**
   * kill -9 while more is deleted than stored: what is gone must not come back. Then bits flip in a
   * page, in the audit and in the files of the index.
   */
  public static Regression deletesAndDamage() {
    return new Regression(
        "DeletesAndDamage",
        Mix.DELETES,
        run -> {
          strike(run, new KillNode());
          DamagedFilesCourse.run(run);
        });
  }

  /**
   * kill -9 within a change of all keys, and after two: to be run where no checkpoint comes by the
   * clock, so that what was acknowledged under the new keys is in the log alone.
   */
  public static Regression newKeys() {
    return new Regression(
        "NewKeys",
        Mix.EVERYTHING,
        run -> {
          strike(run, new KillWithNewKeys(KillWithNewKeys.Moment.WITHIN));
          // The second time there is something to lose that was written under the keys before.
          strike(run, new KillWithNewKeys(KillWithNewKeys.Moment.AFTER));
          strike(run, new KillWithNewKeys(KillWithNewKeys.Moment.AFTER));
          flow(run);
          run.quiet();
        });
  }

  /** kill -9 of one of several nodes while they write; the others go on. */
  public static Regression killOneOfThree() {
    return new Regression(
        "KillOneOfThree",
        Mix.EVERYTHING,
        run -> {
          strike(run, new KillNode());
          flow(run);
          run.quiet();
        });
  }

  private static void strike(ChaosRun run, Fault fault) {
    flow(run);
    run.strike(fault);
  }

  private static void flow(ChaosRun run) {
    run.flow(FLOW_MILLIS_MIN, FLOW_MILLIS_MAX);
  }
}
