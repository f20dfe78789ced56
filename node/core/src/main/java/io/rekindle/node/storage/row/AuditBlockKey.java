package io.rekindle.node.storage.row;

import java.util.UUID;

/** A block of one node's audit chain. Immutable. */
public final class AuditBlockKey {
  private final UUID node;
  private final long number;

  /**
   * Names a block.
   *
   * @param node the stable id of the node whose chain it is
   * @param number from 1, without holes
   */
  public AuditBlockKey(UUID node, long number) {
    this.node = node;
    this.number = number;
  }

  public UUID node() {
    return node;
  }

  public long number() {
    return number;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AuditBlockKey that && node.equals(that.node) && number == that.number;
  }

  @Override
  public int hashCode() {
    return 31 * node.hashCode() + Long.hashCode(number);
  }
}
