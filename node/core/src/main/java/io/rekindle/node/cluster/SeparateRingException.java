package io.rekindle.node.cluster;

/**
 * This node started alone while others were elsewhere, or was told to wait for them no longer:
 * nothing is wrong, it is to start anew.
 */
public final class SeparateRingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SeparateRingException() {
    super("the node started apart from the others");
  }
}
