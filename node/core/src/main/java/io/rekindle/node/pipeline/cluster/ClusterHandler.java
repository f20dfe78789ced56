package io.rekindle.node.pipeline.cluster;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.cluster.Baseline;
import io.rekindle.node.cluster.Contact;
import io.rekindle.node.cluster.Membership;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.ClusterHealth;
import io.rekindle.node.model.Reply;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;

/** Says which nodes there are, changes which of them hold data, and rotates the keys of pages. */
public final class ClusterHandler {
  /** The count is of groups of caches. */
  private static final String GROUP_KEYS_ROTATED = "group-keys.rotated";

  private final Membership membership;
  private final Baseline baseline;
  private final Contact contact;
  private final AuditLog audit;
  private final int backups;
  private final ToIntFunction<IntConsumer> rotation;

  /**
   * Knows whom to ask.
   *
   * @param backups copies of each partition besides the first
   * @param rotation gives the pages of all nodes new keys, and says of how many groups of caches;
   *     it tells whom it is given as soon as they have them
   */
  public ClusterHandler(
      Membership membership,
      Baseline baseline,
      Contact contact,
      AuditLog audit,
      int backups,
      ToIntFunction<IntConsumer> rotation) {
    this.membership = membership;
    this.baseline = baseline;
    this.contact = contact;
    this.audit = audit;
    this.backups = backups;
    this.rotation = rotation;
  }

  public Reply listNodes(AccessPass pass) {
    pass.checkRoot(Action.MONITOR);
    return new Reply.Nodes(
        membership.members(),
        new ClusterHealth(
            backups, baseline.copiesMissing(), baseline.lost(), contact.clockDifferenceMillis()));
  }

  public Reply change(AccessPass pass, ClusterCommand.ChangeBaseline command) {
    pass.checkRoot(Action.CLUSTER_WRITE);
    Baseline.Plan plan = baseline.plan(command.add(), command.remove());
    if (!command.dryRun()) {
      if (plan.partitionsLost() > 0 && !command.acceptLoss()) {
        throw new RekindleException(
            ErrorCode.DATA_WOULD_BE_LOST,
            "nodes that are away have the last copies of partitions",
            Map.of("partitions", Integer.toString(plan.partitionsLost())));
      }
      baseline.change(plan);
    }
    return new Reply.BaselineChanged(
        membership.members(), plan.copiesMoved(), plan.partitionsLost());
  }

  public Reply resetLost(AccessPass pass, ClusterCommand.ResetLost command) {
    pass.checkRoot(Action.CLUSTER_WRITE);
    // The older copy of one that is away would be taken for the newest when it comes back.
    membership.requireComplete();
    if (baseline.lost() > 0 && !command.acceptLoss()) {
      throw new RekindleException(
          ErrorCode.DATA_WOULD_BE_LOST,
          "the newest copy of what is lost may be given up",
          Map.of("partitions", Integer.toString(baseline.lost())));
    }
    return new Reply.LostReset(baseline.resetLost());
  }

  public Reply rotateGroupKeys(AccessPass pass) {
    pass.checkRoot(Action.CLUSTER_WRITE);
    return new Reply.GroupKeysRotated(
        rotation.applyAsInt(
            groups -> audit.note(pass.requestId(), GROUP_KEYS_ROTATED, groups, "")));
  }
}
