package io.rekindle.node.cluster;

/**
 * The cluster has lost partitions, and this node has older copies of some: nothing is wrong with
 * it, it is to start anew after a pause.
 */
public final class WaitOutsideException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WaitOutsideException(Throwable cause) {
    super("the cluster has lost partitions of which this node may have older copies", cause);
  }
}
