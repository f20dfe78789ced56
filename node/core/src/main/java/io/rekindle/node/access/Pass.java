package io.rekindle.node.access;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;

/**
 * The proof that something was authorised; whoever reads or writes data asks for one first.
 *
 * <p>Immutable and safe for use by many threads, as long as the request it was made for.
 */
public sealed interface Pass permits AccessPass, SystemPass {
  RequestId requestId();

  /** Whether the action is among the authorised ones, wherever it may be carried out. */
  boolean allows(Action action);

  /** Whether the authorised actions may be carried out in a namespace. */
  boolean covers(NamespacePath namespace);

  /**
   * Refuses what the pass is not for.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED
   */
  void check(Action action, NamespacePath namespace);

  /**
   * Refuses unless the pass holds a grant on the root: for what concerns the whole cluster.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED
   */
  void checkRoot(Action action);

  /**
   * Which rows of a namespace exist for this pass: the conditions of its grants, any of which may
   * hold; {@link Filter#NONE} where it covers nothing.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED when the pass has expired
   */
  Filter rowFilter(NamespacePath namespace);
}
