package io.rekindle.node.cluster;

import io.rekindle.node.model.ClusterNodeInfo;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves lost partitions again when nothing is lost by it, without being asked (decision 0014).
 *
 * <p>Two ways lead there. When each lost partition had one last owner, and that is back alone with
 * its copy, they are reset: nobody else has written to them. When there are several copies of one,
 * all nodes start together, because only then does Ignite choose by what is on the disks; that
 * needs all of the baseline, there or waiting outside. Safe for use by many threads.
 */
public final class LostPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(LostPartitions.class);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Membership membership;
  private final Baseline baseline;
  private final LastOwners lastOwners;

  public LostPartitions(Ignite ignite, Membership membership, Baseline baseline) {
    this.membership = membership;
    this.baseline = baseline;
    this.lastOwners = EnginePlugin.Rules.of(ignite).lastOwners();
  }

  /** What is to be done about lost partitions. */
  public enum Step {
    /** Nothing is lost, others decide, or somebody has to come back first. */
    WAIT,
    /** They are served again. */
    RESET,
    /** Every node is to start its engine anew. */
    START_TOGETHER
  }

  /**
   * Does what can be done; the oldest node decides. Takes an exchange of partition maps when it
   * resets: not for a thread that others wait for.
   *
   * @param resetting told before a reset how many partitions are served again by it; when it
   *     throws, nothing is done
   * @return what was done, or for START_TOGETHER what the caller is to do
   */
  public Step look(IntConsumer resetting) {
    long before = membership.version();
    List<LastOwners.Lost> lost = membership.isOldest() ? lastOwners.lost() : List.of();
    Set<String> missing = away();
    missing.removeAll(lastOwners.waiting());
    Step step = decide(lost, away(), missing, membership.hasMajority());
    if (step == Step.RESET) {
      LOG.atInfo().addKeyValue("partitions", lost.size()).log("what was lost is back, and served");
      resetting.accept(lost.size());
      baseline.resetLost();
      if (membership.version() != before) {
        // Ignite resets whole groups: what was lost meanwhile counts as served, too.
        return Step.START_TOGETHER;
      }
    }
    return step;
  }

  /**
   * Waits until nothing is lost: a node can't begin without its own records, which may be among it.
   *
   * @param giveUp whether this node is to start anew instead
   * @throws SeparateRingException when it is
   */
  public void awaitNone(BooleanSupplier giveUp) {
    long tellAt = System.nanoTime();
    while (baseline.lost() > 0) {
      if (giveUp.getAsBoolean()) {
        throw new SeparateRingException();
      }
      if (Thread.interrupted()) {
        throw new IllegalStateException("the start was interrupted while partitions were lost");
      }
      if (System.nanoTime() - tellAt >= 0) {
        tellAt = System.nanoTime() + TELL_NANOS;
        LOG.atInfo()
            .addKeyValue("partitions", baseline.lost())
            .log("the node waits until lost partitions are served again");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * The rule.
   *
   * @param away the nodes of the baseline that are not there
   * @param missing those of them that do not wait outside
   */
  static Step decide(
      List<LastOwners.Lost> lost, Set<String> away, Set<String> missing, boolean hasMajority) {
    if (lost.isEmpty()) {
      return Step.WAIT;
    }
    if (lost.stream().allMatch(LastOwners.Lost::isBack)) {
      return hasMajority ? Step.RESET : Step.WAIT;
    }
    // Where nobody new comes with it, another start would change nothing, again and again.
    boolean isOfUse = !away.isEmpty() || lost.stream().anyMatch(LostPartitions::isBackBesideOthers);
    return missing.isEmpty() && isOfUse && !mayStillCome(lost) ? Step.START_TOGETHER : Step.WAIT;
  }

  private static boolean isBackBesideOthers(LastOwners.Lost lost) {
    return !lost.lastOwners().isEmpty() && lost.holders().containsAll(lost.lastOwners());
  }

  /** Whether one node had the last copies of all, and has not brought them yet: it may join. */
  private static boolean mayStillCome(List<LastOwners.Lost> lost) {
    Set<String> last = lost.getFirst().lastOwners();
    return last.size() == 1
        && lost.stream().allMatch(each -> each.lastOwners().equals(last))
        && lost.stream().anyMatch(each -> !each.holders().containsAll(last));
  }

  private Set<String> away() {
    Set<String> away = new TreeSet<>(membership.baseline());
    membership.members().stream()
        .filter(ClusterNodeInfo::online)
        .forEach(node -> away.remove(node.id()));
    return away;
  }

  /** The nodes to tell; this one is not among them. */
  public List<ClusterNode> others() {
    return membership.others();
  }
}
