package io.rekindle.node.pipeline.audit;

import io.rekindle.node.access.AccessPass;
import io.rekindle.node.access.Action;
import io.rekindle.node.access.PassCodec;
import io.rekindle.node.access.PassCodec.Epochs;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.BlockSink;
import io.rekindle.node.audit.WalkLimit;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies the chains of all nodes. Each node that is there walks its own, to the end of the tail
 * on its own disk; of one that is not there, or does not answer, the blocks are walked here. Safe
 * for use by many threads.
 *
 * <p>A node walks for another one only with a pass for the audit of the root, sealed for it; the
 * record of the request is left by the node that was asked.
 */
public final class NodeChains {
  private static final Logger LOG = LoggerFactory.getLogger(NodeChains.class);
  private static final String OPERATION = "audit.verify";
  private static final String ABSENT = "the node is not there";

  private final UUID self;
  private final AuditLog log;
  private final Function<UUID, BlockSink> blocks;
  private final AllNodes nodes;
  private final Supplier<Set<String>> baseline;
  private final PassCodec passes;
  private final LongSupplier accessEpoch;
  private final Duration max;

  /**
   * Of a cluster as one node sees it.
   *
   * @param blocks those of any node, to be read
   * @param baseline the ids of the nodes that hold data
   * @param accessEpoch as far as this node has seen access change
   * @param max how long each node may walk, and this one for those that do not answer
   */
  public NodeChains(
      UUID self,
      AuditLog log,
      Function<UUID, BlockSink> blocks,
      AllNodes nodes,
      Supplier<Set<String>> baseline,
      PassCodec passes,
      LongSupplier accessEpoch,
      Duration max) {
    this.self = self;
    this.log = log;
    this.blocks = blocks;
    this.nodes = nodes;
    this.baseline = baseline;
    this.passes = passes;
    this.accessEpoch = accessEpoch;
    this.max = max;
  }

  /** Lets other nodes ask this one. */
  public void register() {
    nodes.register(OPERATION, this::answer);
  }

  private byte[] answer(byte[] sealedPass) {
    passes.open(sealedPass, self, new Epochs(accessEpoch.getAsLong(), 0)).checkRoot(Action.AUDIT);
    return ChainMessages.write(ChainMessages.bounded(log.verify(WalkLimit.of(max))));
  }

  /**
   * Verifies the chains of all nodes of the baseline, and of those that are there beside it.
   *
   * @return this node's first, the others by id
   * @throws RekindleException DEADLINE_EXCEEDED when walking here takes too long; what this node's
   *     log or the blocks throw; NOT_READY when access was changed meanwhile
   */
  Reply.AuditsVerified verifyAll(AccessPass pass) {
    Map<String, CompletableFuture<byte[]>> asked = ask(pass, _ -> true);
    List<Reply.NodeAudit> found = new ArrayList<>();
    found.add(own());
    Set<String> others = new TreeSet<>(baseline.get());
    others.addAll(asked.keySet());
    others.remove(self.toString());
    List<Unseen> unseen = new ArrayList<>();
    Map<String, Reply.NodeAudit> byId = new TreeMap<>();
    for (String id : others) {
      CompletableFuture<byte[]> answer = asked.get(id);
      try {
        if (answer == null) {
          unseen.add(new Unseen(id, ABSENT));
        } else {
          byId.put(
              id, new Reply.NodeAudit(id, ChainMessages.read(AllNodes.answerOf(answer)), null));
        }
      } catch (RekindleException e) {
        unseen.add(new Unseen(id, reason(id, e)));
      }
    }
    // Only now: who answered late has not used up the time of those that never did.
    WalkLimit limit = WalkLimit.of(max);
    unseen.forEach(node -> byId.put(node.id(), ofBlocks(node, limit)));
    found.addAll(byId.values());
    return new Reply.AuditsVerified(found);
  }

  /**
   * Verifies the chain of one node.
   *
   * @throws RekindleException as {@link #verifyAll}; NODE_NOT_FOUND when there is neither the node
   *     nor a block of it
   */
  Reply.AuditsVerified verify(AccessPass pass, UUID node) {
    if (node.equals(self)) {
      return new Reply.AuditsVerified(List.of(own()));
    }
    String id = node.toString();
    Unseen unseen = new Unseen(id, ABSENT);
    CompletableFuture<byte[]> answer = ask(pass, id::equals).get(id);
    if (answer != null) {
      try {
        Reply.AuditVerified chain = ChainMessages.read(AllNodes.answerOf(answer));
        return new Reply.AuditsVerified(List.of(new Reply.NodeAudit(id, chain, null)));
      } catch (RekindleException e) {
        unseen = new Unseen(id, reason(id, e));
      }
    }
    if (answer == null && !baseline.get().contains(id) && blocks.apply(node).lastBlock() == 0) {
      throw new RekindleException(
          ErrorCode.NODE_NOT_FOUND, "no such node has an audit here", Map.of("field", "node_id"));
    }
    return new Reply.AuditsVerified(List.of(ofBlocks(unseen, WalkLimit.of(max))));
  }

  private Map<String, CompletableFuture<byte[]>> ask(AccessPass pass, Predicate<String> whom) {
    return nodes.askOthers(OPERATION, whom, id -> passes.seal(pass, UUID.fromString(id)), max);
  }

  private record Unseen(String id, String reason) {}

  private Reply.NodeAudit own() {
    return new Reply.NodeAudit(self.toString(), log.verify(WalkLimit.of(max)), null);
  }

  private Reply.NodeAudit ofBlocks(Unseen node, WalkLimit limit) {
    BlockSink sink = blocks.apply(UUID.fromString(node.id()));
    Reply.AuditVerified chain = log.chainOf(sink).verify(limit);
    if (chain.blocks() == 0) {
      chain =
          new Reply.AuditVerified(
              0, 0, 0, 0, 0, 0, List.of("no block of this node is in the cluster"));
    }
    return new Reply.NodeAudit(node.id(), ChainMessages.bounded(chain), node.reason());
  }

  /** Why a node did not say how its chain is; throws what is the request's own fault. */
  private static String reason(String id, RekindleException error) {
    boolean late = PassCodec.isExpired(error);
    if ((error.code() == ErrorCode.PERMISSION_DENIED && !late) || PassCodec.isOutdated(error)) {
      throw error;
    }
    LOG.atWarn().setCause(error).addKeyValue("node", id).log("a node did not verify its audit");
    if (late) {
      return "the node was too busy to begin while the pass was good";
    }
    return switch (error.code()) {
      case DEADLINE_EXCEEDED -> "the node did not answer within rekindle.audit.verify-max";
      case NOT_READY ->
          SliceCalls.isUnknownOperation(error)
              ? "the node is starting, or of an older release"
              : "the node was lost while it was asked";
      default -> "the node answered " + error.code();
    };
  }
}
