package io.rekindle.node.bootstrap;

import io.rekindle.node.error.RekindleException;
import java.util.List;

/**
 * The nodes that are there, each with its copy of the cluster key. Each operation asks all of them
 * at the same time, this one as well, and returns when all have answered; it fails with what the
 * first one failed with, and may have been done by the others then.
 */
interface KeyHolders {
  /**
   * What a node has of the cluster key.
   *
   * @param inUse the name of the generation that it seals with
   * @param held the names of all that it opens with
   */
  record Held(String inUse, List<String> held) {}

  /** Another number after each node that came or went. */
  long version();

  /**
   * Looks whether all nodes that hold data are there.
   *
   * @throws RekindleException NODE_AWAY when not
   */
  void requireComplete();

  /** What each has now. */
  List<Held> held();

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
