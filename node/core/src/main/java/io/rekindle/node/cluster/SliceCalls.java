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
 * other nodes run on executors of their own, so that they can't starve Ignite's pools: one for what
 * takes a moment, and one for what may take hours, as reading a whole backup does, so that the
 * nodes go on to hear of each other meanwhile. An operation may take Ignite locks, but must not
 * call {@link #call} in turn. Safe for use by many threads.
 */
public final class SliceCalls {
  static final String EXECUTOR = "slice-calls";
  static final int EXECUTOR_THREADS = 16;
  static final String LONG_EXECUTOR = "long-calls";

  /** Each reads or writes a disk all the time: more would not end earlier. The others wait. */
  static final int LONG_EXECUTOR_THREADS = 2;

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
    return call(EXECUTOR, node, name, body, timeout);
  }

  /**
   * As {@link #call}, of an operation that may take long: two at a time run on a node, which keep
   * no other call from its thread.
   */
  public byte[] callLong(ClusterNode node, String name, byte[] body, Duration timeout) {
    return call(LONG_EXECUTOR, node, name, body, timeout);
  }

  private byte[] call(
      String executor, ClusterNode node, String name, byte[] body, Duration timeout) {
    requireBounded(body);
    if (node.id().equals(ignite.cluster().localNode().id())) {
      return run(name, body);
    }
    return remote(
        () ->
            compute(ignite.cluster().forNode(node), executor, timeout)
                .call(new SliceCall(name, body)));
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
            compute(ignite.cluster(), EXECUTOR, timeout)
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

  private static IgniteCompute compute(ClusterGroup group, String executor, Duration timeout) {
    return group
        .ignite()
        .compute(group)
        .withExecutor(executor)
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
