package io.rekindle.node.bootstrap;

import io.rekindle.node.cluster.Absences;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.Baseline;
import io.rekindle.node.cluster.Contact;
import io.rekindle.node.cluster.EngineFailureListener;
import io.rekindle.node.cluster.GroupKeys;
import io.rekindle.node.cluster.LostPartitions;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.cluster.SeparateRingException;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.pipeline.cluster.ClusterHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.processors.cache.CacheInvalidStateException;
import org.apache.ignite.internal.util.typedef.X;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in its cluster while the engine runs: it answers only as long as it is in touch
 * with a majority, and ends the process when that lasts too long without.
 */
final class ClusterPart implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterPart.class);

  static final String START_TOGETHER = "start-together";
  private static final String NO_MAJORITY = "NO_MAJORITY";
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int ASK_AGAIN_LOOKS = 5;

  private final NodeConfig.Cluster config;
  private final Membership membership;
  private final Baseline baseline;
  private final Contact contact;
  private final Absences absences;
  private final SliceCalls calls;
  private final LostPartitions lost;
  private final GroupKeys groupKeys;
  private final ClusterRecords records;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("lost-partitions").factory());

  /** Whether the start waits for lost partitions, and can be told to begin anew. */
  private volatile boolean waiting;

  private volatile boolean told;
  private int stopped;

  private ClusterPart(
      NodeConfig.Cluster config,
      Membership membership,
      Baseline baseline,
      Contact contact,
      SliceCalls calls,
      LostPartitions lost,
      GroupKeys groupKeys,
      ClusterRecords records,
      Absences absences) {
    this.config = config;
    this.membership = membership;
    this.baseline = baseline;
    this.contact = contact;
    this.calls = calls;
    this.lost = lost;
    this.groupKeys = groupKeys;
    this.records = records;
    this.absences = absences;
  }

  /**
   * Takes part, having compared clocks.
   *
   * @throws StartRefusedException when this node's clock is too far from the others'
   */
  static ClusterPart begin(
      NodeConfig node,
      Ignite ignite,
      EngineFailureListener failures,
      ClusterRecords records,
      InstantSource clock) {
    NodeConfig.Cluster config = node.cluster();
    Membership membership = new Membership(ignite);
    SliceCalls calls = SliceCalls.of(ignite);
    Contact contact = new Contact(membership, calls, clock, config.contactMax());
    Baseline baseline = new Baseline(ignite, membership);
    GroupKeys groupKeys =
        new GroupKeys(
            ignite,
            membership,
            new AllNodes(ignite, membership, baseline),
            node.ignite().checkpointMax());
    groupKeys.register();
    groupKeys.resume();
    ClusterPart part =
        new ClusterPart(
            config,
            membership,
            baseline,
            contact,
            calls,
            new LostPartitions(ignite, membership, baseline),
            groupKeys,
            records,
            new Absences(membership::members, clock));
    contact.round();
    part.checkClock();
    contact.start(
        silence -> {
          var _ = part.absences.look();
          part.haltAfter(silence, failures);
        });
    part.lookForLost(failures);
    return part;
  }

  private void lookForLost(EngineFailureListener failures) {
    calls.register(
        START_TOGETHER,
        _ -> {
          LOG.warn("partitions were lost, and all nodes are there: they start together");
          records.startingTogether(baseline.lost());
          toldToStartAnew(failures);
          return new byte[0];
        });
    var _ =
        looks.scheduleWithFixedDelay(
            () -> {
              try {
                askAgain();
                groupKeys.advance();
                if (lost.look(records::resetting) == LostPartitions.Step.START_TOGETHER) {
                  startTogether(lost.others());
                }
              } catch (RuntimeException e) {
                // An executor would never run again what threw once; the next look may do better.
                LOG.atWarn().setCause(e).log("a look for lost partitions failed");
              }
            },
            LOOK.toMillis(),
            LOOK.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Each time that copies have not come for some looks; the looks are on one thread. */
  private void askAgain() {
    stopped = baseline.partitionsStopped() > 0 ? stopped + 1 : 0;
    if (stopped == ASK_AGAIN_LOOKS) {
      stopped = 0;
      baseline.askAgain();
    }
  }

  private synchronized void toldToStartAnew(EngineFailureListener failures) {
    told = true;
    if (!waiting) {
      failures.engineFailed(START_TOGETHER, null);
    }
  }

  /**
   * Returns when no partition is lost.
   *
   * @param givenUp asked while it waits; true ends that
   * @throws SeparateRingException when this node is to start anew
   */
  void awaitNothingLost(BooleanSupplier givenUp) {
    if (isAlone()) {
      return;
    }
    waiting = true;
    lost.awaitNone(
        () ->
            told || givenUp.getAsBoolean() || contact.silence().compareTo(config.haltAfter()) > 0);
    synchronized (this) {
      waiting = false;
      if (told) {
        throw new SeparateRingException();
      }
    }
  }

  /** A node that can't be told finds no majority, and ends by that. */
  private void startTogether(List<ClusterNode> others) {
    for (ClusterNode node : others) {
      try {
        calls.call(node, START_TOGETHER, new byte[0], LOOK);
      } catch (RekindleException e) {
        LOG.atWarn().setCause(e).log("a node could not be told to start anew");
      }
    }
    calls.call(membership.self(), START_TOGETHER, new byte[0], LOOK);
  }

  private void checkClock() {
    long millis = contact.clockDifferenceMillis();
    if (Math.abs(millis) > config.clockDifferenceMax().toMillis()) {
      throw new StartRefusedException(
          "The clock of this node is %,d ms %s those of the cluster; at most %,d ms are allowed."
              .formatted(
                  Math.abs(millis),
                  millis > 0 ? "behind" : "ahead of",
                  config.clockDifferenceMax().toMillis()));
    }
  }

  /** Whether a failure is none of this node's engine, but of its place among the others. */
  static boolean isEndForOthers(String kind) {
    return kind.equals(NO_MAJORITY) || kind.equals(START_TOGETHER);
  }

  private void haltAfter(Duration silence, EngineFailureListener failures) {
    if (silence.compareTo(config.haltAfter()) > 0) {
      LOG.atError()
          .addKeyValue("silence_ms", silence.toMillis())
          .log("no majority of the cluster answers: the node ends, to join anew");
      failures.engineFailed(NO_MAJORITY, null);
    }
  }

  /** How what this node does becomes what it acknowledges. */
  Confirmed confirmed() {
    return new Confirmed(membership::version, contact::confirm);
  }

  /** Whether no other node holds data. */
  boolean isAlone() {
    return membership.baseline().size() <= 1;
  }

  /** Why nothing may be answered now, or null; costs nothing. */
  @Nullable ErrorCode forbidden() {
    return contact.holds() ? null : ErrorCode.NO_MAJORITY;
  }

  /** Whether Ignite refused something because nodes are away. */
  boolean isBehind(Throwable fault) {
    return X.hasCause(fault, CacheInvalidStateException.class);
  }

  /** What answers for the cluster. */
  ClusterHandler handler(int backups, ToIntFunction<IntConsumer> rotation) {
    return new ClusterHandler(membership, baseline, contact, records.audit(), backups, rotation);
  }

  Membership membership() {
    return membership;
  }

  Baseline baseline() {
    return baseline;
  }

  GroupKeys groupKeys() {
    return groupKeys;
  }

  Absences absences() {
    return absences;
  }

  Contact contact() {
    return contact;
  }

  @Override
  public void close() {
    looks.shutdownNow();
    groupKeys.close();
    contact.close();
  }
}
