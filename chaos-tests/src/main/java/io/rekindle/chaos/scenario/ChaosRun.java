package io.rekindle.chaos.scenario;

import io.rekindle.chaos.checker.ChainCheck;
import io.rekindle.chaos.checker.Checkers;
import io.rekindle.chaos.checker.Evidence;
import io.rekindle.chaos.checker.Violation;
import io.rekindle.chaos.cluster.ChaosNode;
import io.rekindle.chaos.cluster.Cluster;
import io.rekindle.chaos.cluster.NotWholeException;
import io.rekindle.chaos.fault.Fault;
import io.rekindle.chaos.fault.FaultEvent;
import io.rekindle.chaos.history.Recorder;
import io.rekindle.chaos.traffic.LastRead;
import io.rekindle.chaos.traffic.Mix;
import io.rekindle.chaos.traffic.Tenant;
import io.rekindle.chaos.traffic.Traffic;
import io.rekindle.client.RekindleClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One run: traffic over a cluster, faults as the caller says, and what is left to say at the end.
 * What is asked and what is broken depend on the seed alone; which operation a fault meets does
 * not.
 */
public final class ChaosRun implements AutoCloseable {
  /** Calls that a node still works on when their client has given up. */
  private static final int QUIET_MILLIS = 1_000;

  private final long seed;
  private final Cluster cluster;
  private final Recorder recorder = new Recorder();
  private final Random random;
  private final List<Tenant> tenants;
  private final List<FaultEvent> events = new ArrayList<>();
  private final AuditTrail trail = new AuditTrail();
  private final long begunNanos = System.nanoTime();
  private final Traffic traffic;

  /** Starts the nodes, and then the traffic. */
  public ChaosRun(long seed, Mix mix, Cluster cluster) {
    this.seed = seed;
    this.cluster = cluster;
    this.random = new Random(seed);
    cluster.start();
    try (RekindleClient administrator = cluster.administrator()) {
      this.tenants = Tenant.make(administrator);
    }
    this.traffic = Traffic.start(mix, seed, cluster.nodes(), tenants, recorder);
  }

  public Random random() {
    return random;
  }

  public Cluster cluster() {
    return cluster;
  }

  /** Lets the traffic flow, for between so many milliseconds. */
  public void flow(int millisMin, int millisMax) {
    Fault.hold(random.nextInt(millisMin, millisMax));
  }

  /** One fault, under traffic. */
  public void strike(Fault fault) {
    requireAlive();
    cluster.settle();
    trail.look(cluster);
    events.add(fault.strike(cluster, random));
  }

  /** A node that is alone has no reason to end; the others are supervised. */
  private void requireAlive() {
    for (ChaosNode node : cluster.nodes()) {
      if (cluster.nodes().size() == 1 && !node.isAlive()) {
        throw new IllegalStateException(
            "node %d ended by itself with %d: %s"
                .formatted(node.number(), node.exitCode(), node.lastSentence()));
      }
    }
  }

  /** Reads what nodes in trouble still answer; what they answer has to be right. */
  public void readInTrouble() {
    LastRead.inTrouble(recorder, cluster.nodes(), tenants);
  }

  /** What a chain says now, and the newest number that was seen before. */
  public List<ChainCheck> verifyChains() {
    return trail.verify(cluster);
  }

  public long lastSequenceSeen(ChaosNode node) {
    return trail.lastSequencesSeen().getOrDefault(node.number(), 0L);
  }

  /** Ends the traffic; the nodes stay as they are. */
  public void quiet() {
    requireAlive();
    cluster.settle();
    trail.look(cluster);
    traffic.stop();
    Fault.hold(QUIET_MILLIS);
  }

  /** Reads everything through every node, verifies the chains, and judges. */
  public Verdict judge() {
    LastRead.run(recorder, cluster.nodes(), tenants);
    Evidence evidence =
        Evidence.of(
            recorder.history(),
            trail.verify(cluster),
            trail.lastSequencesSeen(),
            trail.changed(cluster));
    return verdict(Checkers.check(evidence));
  }

  /** The verdict over a run whose nodes did not come back: nothing more can be read of them. */
  public Verdict giveUp(NotWholeException why) {
    traffic.abandon();
    return verdict(List.of(new Violation("Recovery", String.valueOf(why.getMessage()), List.of())));
  }

  private Verdict verdict(List<Violation> violations) {
    return new Verdict(
        seed, cluster.nodes().size(), begunNanos, recorder.history(), events, violations);
  }

  /** Leaves the history where somebody can look into it. */
  public void leaveHistory(Path file) {
    try {
      recorder.history().write(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the traffic of a run that was given up. */
  @Override
  public void close() {
    traffic.abandon();
  }
}
