package io.rekindle.node.bootstrap;

import io.rekindle.node.cluster.Absences;
import io.rekindle.node.cluster.Baseline;
import io.rekindle.node.cluster.Contact;
import io.rekindle.node.cluster.EngineFailureListener;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.pipeline.cluster.ClusterHandler;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.ignite.Ignite;
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

  private final NodeConfig.Cluster config;
  private final Membership membership;
  private final Baseline baseline;
  private final Contact contact;
  private final Absences absences;

  private ClusterPart(
      NodeConfig.Cluster config,
      Membership membership,
      Baseline baseline,
      Contact contact,
      Absences absences) {
    this.config = config;
    this.membership = membership;
    this.baseline = baseline;
    this.contact = contact;
    this.absences = absences;
  }

  /**
   * Takes part, having compared clocks.
   *
   * @throws StartRefusedException when this node's clock is too far from the others'
   */
  static ClusterPart begin(
      NodeConfig.Cluster config,
      Ignite ignite,
      EngineFailureListener failures,
      InstantSource clock) {
    Membership membership = new Membership(ignite);
    Contact contact = new Contact(membership, SliceCalls.of(ignite), clock, config.contactMax());
    ClusterPart part =
        new ClusterPart(
            config,
            membership,
            new Baseline(ignite, membership),
            contact,
            new Absences(membership::members, clock));
    contact.round();
    part.checkClock();
    contact.start(
        silence -> {
          var _ = part.absences.look();
          part.haltAfter(silence, failures);
        });
    return part;
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

  private void haltAfter(Duration silence, EngineFailureListener failures) {
    if (silence.compareTo(config.haltAfter()) > 0) {
      LOG.atError()
          .addKeyValue("silence_ms", silence.toMillis())
          .log("no majority of the cluster answers: the node ends, to join anew");
      failures.engineFailed("NO_MAJORITY", null);
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
  ClusterHandler handler(int backups) {
    return new ClusterHandler(membership, baseline, contact, backups);
  }

  Membership membership() {
    return membership;
  }

  Baseline baseline() {
    return baseline;
  }

  Absences absences() {
    return absences;
  }

  Contact contact() {
    return contact;
  }

  @Override
  public void close() {
    contact.close();
  }
}
