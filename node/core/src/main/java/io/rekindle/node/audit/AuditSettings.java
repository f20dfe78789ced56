package io.rekindle.node.audit;

import io.rekindle.node.config.NodeConfig;
import java.time.Duration;

/**
 * Bounds of the log; the configuration names them.
 *
 * @param blockBytes a block leaves when it has this size
 * @param blockInterval or after this time
 * @param refusalsPerSecondMax distinct (address, reason) pairs of refusals that are summed
 * @param tailFileBytes size at which the next tail file begins
 * @param tailBytesMax of all tail files; beyond it AUDIT_UNAVAILABLE
 */
public record AuditSettings(
    int blockBytes,
    Duration blockInterval,
    Duration heartbeat,
    int refusalsPerSecondMax,
    long tailFileBytes,
    long tailBytesMax) {
  public static AuditSettings of(NodeConfig.Audit config) {
    return new AuditSettings(
        Math.toIntExact(config.blockBytes().bytes()),
        config.blockInterval(),
        config.heartbeat(),
        config.refusalsPerSecondMax(),
        config.tailFileBytes().bytes(),
        config.tailBytesMax().bytes());
  }
}
