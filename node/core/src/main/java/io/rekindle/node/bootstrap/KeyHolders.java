package io.rekindle.node.bootstrap;

import io.rekindle.node.error.RekindleException;
import java.util.Set;

/**
 * The nodes that are there, each with its copy of the cluster key. Each operation asks all of them
 * at the same time, this one as well, and returns when all have answered; it fails with what the
 * first one failed with, and may have been done by the others then.
 */
interface KeyHolders {
  /** Another number after each node that came or went. */
  long version();

  /**
   * Looks whether all nodes that hold data are there.
   *
   * @throws RekindleException NODE_AWAY when not
   */
  void requireComplete();

  /** The names of the generations that are in use: of one that all use, one name. */
  Set<String> inUse();

  /**
   * Has each hold a generation more; one that holds it does nothing.
   *
   * @param sealed as {@link io.rekindle.node.keyring.KeyHandover#seal} gives it
   */
  void hold(byte[] sealed);

  /**
   * Has each use a generation that it holds.
   *
   * @throws RekindleException NOT_READY where one does not hold it
   */
  void use(String generation);
}
