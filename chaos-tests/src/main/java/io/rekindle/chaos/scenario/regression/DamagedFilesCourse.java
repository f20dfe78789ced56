package io.rekindle.chaos.scenario.regression;

import static io.rekindle.chaos.fault.DamagedFile.Kind.WORDS;

import io.rekindle.chaos.checker.ChainCheck;
import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.fault.DamagedFile;
import io.rekindle.chaos.fault.FolderCopy;
import io.rekindle.chaos.scenario.ChaosRun;

/**
 * Damages a stopped node's files, one kind after the other, each time from the same copy of the
 * folder.
 *
 * <ul>
 *   <li>A page: the node refuses to start, or refuses what it cannot read; what it answers is
 *       right.
 *   <li>The audit: the node refuses to start, or says that the chain is not whole, or has the
 *       records that were shown from elsewhere.
 *   <li>The index: the node makes it anew, and nobody notices; the run is judged with this damage.
 * </ul>
 */
final class DamagedFilesCourse {
  private static final int FLOW_MILLIS = 9_000;
  private static final int MORE_MILLIS = 1_000;
  private static final int MORE_TIMES_MAX = 60;

  private DamagedFilesCourse() {}

  static void run(ChaosRun run) {
    // Long enough for the snapshots of vectors and the files of words to be written.
    run.flow(FLOW_MILLIS, FLOW_MILLIS + 1);
    ChaosNode node = run.cluster().node(0);
    for (int i = 0; i < MORE_TIMES_MAX && !DamagedFile.isThere(node, WORDS); i++) {
      run.flow(MORE_MILLIS, MORE_MILLIS + 1); // A slow machine has stored too little so far.
    }
    run.quiet();
    node.stop();
    FolderCopy copy = FolderCopy.of(node);

    damage(run, DamagedFile.Kind.PAGE);
    if (isServing(node)) {
      run.readInTrouble();
    }
    end(node);

    copy.putBack();
    damage(run, DamagedFile.Kind.AUDIT);
    if (isServing(node)) {
      requireKnown(run);
    }
    end(node);

    copy.putBack();
    damage(run, WORDS);
    // A slice that is small on a slow machine has left no snapshot yet.
    DamagedFile.damage(node, DamagedFile.Kind.VECTORS, run.random());
    node.start();
  }

  private static void damage(ChaosRun run, DamagedFile.Kind kind) {
    if (!DamagedFile.damage(run.cluster().node(0), kind, run.random())) {
      throw new IllegalStateException("there is no file to damage: " + kind);
    }
  }

  private static boolean isServing(ChaosNode node) {
    node.launch();
    return node.awaitReady();
  }

  private static void requireKnown(ChaosRun run) {
    ChainCheck check = run.verifyChains().getFirst();
    if (check.exitCode() == 0
        && check.lastSequence() < run.lastSequenceSeen(run.cluster().node(0))) {
      throw new IllegalStateException(
          "#%d was shown, and the damaged audit is called %s"
              .formatted(run.lastSequenceSeen(run.cluster().node(0)), check.output()));
    }
  }

  private static void end(ChaosNode node) {
    if (node.isAlive()) {
      node.kill();
    }
  }
}
