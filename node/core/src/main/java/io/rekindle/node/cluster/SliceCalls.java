package io.rekindle.node.cluster;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCompute;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cluster.ClusterGroup;
import org.apache.ignite.cluster.ClusterGroupEmptyException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.compute.ComputeTaskTimeoutException;

/**
 * Carries bytes to a named operation on another node and its answer back.
 *
 * <p>There is one for each engine; {@code bootstrap} registers the operations before the doors
 * open. A call to this node itself runs on the caller's thread, without serialisation. Calls from
 * other nodes run on executors of their own ({@link Lane}), so that they can't starve Ignite's
 * pools; an operation may take Ignite locks, but must not call {@link #call} in turn. Safe for use
 * by many threads.
 */
public final class SliceCalls {
  /**
   * The threads of a node that calls from others run on: what takes long has its own, so that it
   * keeps nobody waiting who asks for little.
   */
  public enum Lane {
    /** Requests, and whether a node still answers. */
    REQUESTS("slice-calls"),
    /** Batches to be embedded. */
    EMBEDDING("embed-calls"),
    /** What may take hours, as reading a whole backup does. */
    LONG("long-calls");

    private final String executor;

    Lane(String executor) {
      this.executor = executor;
    }

    /** The name of the executor, and the beginning of those of its threads. */
    String executor() {
      return executor;
    }
  }

  /** Of a request or an answer. */
  public static final int BODY_BYTES_MAX = 16 << 20;

  private static final String OPERATION = "operation";
  private static final String REASON = "reason";
  private static final String GONE = "node-gone";
  private static final String LOST = "node-lost";
  private static final String LOCAL_MAP_KEY = SliceCalls.class.getName();

  private final Ignite ignite;
  private final Map<String, UnaryOperator<byte[]>> operations = new ConcurrentHashMap<>();

  private SliceCalls(Ignite ignite) {
    this.ignite = ignite;
  }

  /** The calls of this engine; the same object each time. */
  public static SliceCalls of(Ignite ignite) {
    return (SliceCalls)
        ignite.cluster().nodeLocalMap().computeIfAbsent(LOCAL_MAP_KEY, _ -> new SliceCalls(ignite));
  }

  /**
   * Names an operation.
   *
   * @param operation called by many threads; throws {@link RekindleException} for what the caller
   *     is to know
   * @throws IllegalStateException when the name is taken
   */
  public void register(String name, UnaryOperator<byte[]> operation) {
    if (operations.putIfAbsent(name, operation) != null) {
      throw new IllegalStateException("an operation of this name exists: " + name);
    }
  }

  /**
   * Runs the operation {@code name} on {@code node}.
   *
   * @param timeout of the wait for another node
   * @throws RekindleException what the operation threw; NOT_READY when the node left or has no such
   *     operation yet; DEADLINE_EXCEEDED
   */
  public byte[] call(ClusterNode node, String name, byte[] body, Duration timeout) {
    return call(Lane.REQUESTS, node, name, body, timeout);
  }

  /** As {@link #call(ClusterNode, String, byte[], Duration)}, on other threads of that node. */
  public byte[] call(Lane lane, ClusterNode node, String name, byte[] body, Duration timeout) {
    requireBounded(body);
    if (node.id().equals(ignite.cluster().localNode().id())) {
      return run(name, body);
    }
    return remote(
        () ->
            compute(lane, ignite.cluster().forNode(node), timeout).call(new SliceCall(name, body)));
  }

  /**
   * Runs the operation on the node that holds the primary copy of a partition, which can't move
   * away meanwhile.
   *
   * @param caches of one affinity
   */
  public byte[] callPrimary(
      List<String> caches, int partition, String name, byte[] body, Duration timeout) {
    requireBounded(body);
    return remote(
        () ->
            compute(Lane.REQUESTS, ignite.cluster(), timeout)
                .affinityCall(caches, partition, new SliceCall(name, body)));
  }

  byte[] run(String name, byte[] body) {
    UnaryOperator<byte[]> operation = operations.get(name);
    if (operation == null) {
      throw new RekindleException(
          ErrorCode.NOT_READY, "a node does not know an operation", Map.of(OPERATION, name));
    }
    return operation.apply(body);
  }

  private static IgniteCompute compute(Lane lane, ClusterGroup group, Duration timeout) {
    return group
        .ignite()
        .compute(group)
        .withExecutor(lane.executor())
        .withNoFailover()
        .withTimeout(timeout.toMillis());
  }

  private interface RemoteCall {
    byte[] call();
  }

  private static byte[] remote(RemoteCall call) {
    byte[] answer;
    try {
      answer = call.call();
    } catch (ComputeTaskTimeoutException e) {
      throw new RekindleException(
          ErrorCode.DEADLINE_EXCEEDED, "another node did not answer in time", Map.of(), e);
    } catch (ClusterGroupEmptyException e) {
      throw new RekindleException(
          ErrorCode.NOT_READY, "another node is gone", Map.of(REASON, GONE), e);
    } catch (IgniteException e) {
      throw lost(e);
    }
    return SliceAnswer.decode(answer);
  }

  /** The error of a call that its node can't end, as {@link #isLost} knows it. */
  public static RekindleException lost(RuntimeException cause) {
    return new RekindleException(
        ErrorCode.NOT_READY, "another node could not be asked", Map.of(REASON, LOST), cause);
  }

  /** Whether an error of a call says that it never reached its node. */
  public static boolean isNotBegun(RekindleException error) {
    return isOf(GONE, error);
  }

  /** Whether an error of a call says that its node was lost: it may have done all, or nothing. */
  public static boolean isLost(RekindleException error) {
    return isOf(LOST, error);
  }

  /** Whether an error of a call says that its node does not know the operation (yet). */
  public static boolean isUnknownOperation(RekindleException error) {
    return error.code() == ErrorCode.NOT_READY && error.details().containsKey(OPERATION);
  }

  private static boolean isOf(String reason, RekindleException error) {
    return error.code() == ErrorCode.NOT_READY && reason.equals(error.details().get(REASON));
  }

  private static void requireBounded(byte[] body) {
    if (body.length > BODY_BYTES_MAX) {
      throw new IllegalArgumentException("a call between nodes is over its limit");
    }
  }
}
