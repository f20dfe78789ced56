package io.rekindle.node.access;

import io.rekindle.node.access.PassCodec.Epochs;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one mint of passes: scope first, then grants. Safe for use by many threads.
 *
 * <p>All of the actions of a request must be allowed, in all of the namespaces that it names; a
 * prefix {@code a/**} is allowed when some grant meets it, and the pass then covers no more than
 * both. Nothing is asked of what exists.
 */
public final class Authorizer {
  private final GrantSource grants;
  private final InstantSource clock;
  private final Duration passLifetime;

  /**
   * An authorizer over the grants that a source gives at the time of each request.
   *
   * @param passLifetime how long a pass can be used, at least as long as a request may take
   */
  public Authorizer(GrantSource grants, InstantSource clock, Duration passLifetime) {
    this.grants = grants;
    this.clock = clock;
    this.passLifetime = passLifetime;
  }

  /**
   * A pass for actions in the namespaces of a request.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED
   */
  public AccessPass authorize(
      RequestId requestId, Principal principal, Set<Action> actions, NamespaceSelector selector) {
    Epochs epochs = epochs();
    List<HeldGrant> held = held(principal, actions, grant -> HeldGrant.meets(grant, selector));
    for (NamespacePath named : selector.named()) {
      if (held.stream().noneMatch(grant -> grant.spec().covers(named))) {
        throw Denial.ofGrant(firstOf(actions));
      }
    }
    return pass(requestId, principal, actions, selector, held, epochs);
  }

  /**
   * A pass for what concerns the whole cluster: it takes a grant on the root.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED
   */
  public AccessPass authorizeRoot(RequestId requestId, Principal principal, Action action) {
    Set<Action> actions = Set.of(action);
    Epochs epochs = epochs();
    return pass(
        requestId,
        principal,
        actions,
        null,
        held(principal, actions, grant -> grant.namespace() == null),
        epochs);
  }

  /**
   * A pass for wherever the principal's grants reach.
   *
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED when that is nowhere, unless
   *     the action is WHO_AM_I
   */
  public AccessPass authorizeAnywhere(RequestId requestId, Principal principal, Action action) {
    Set<Action> actions = Set.of(action);
    Epochs epochs = epochs();
    return pass(requestId, principal, actions, null, held(principal, actions, _ -> true), epochs);
  }

  /**
   * Refuses to let a principal give what it does not hold itself, see {@link Giving}.
   *
   * @param pass for {@link Action#ACCESS_WRITE}, from {@link #authorizeAnywhere}
   * @throws io.rekindle.node.error.RekindleException PERMISSION_DENIED, or INVALID_ARGUMENT for a
   *     condition that cannot be read
   */
  public void checkMayGive(AccessPass pass, KeyScope scope, List<GrantSpec> given) {
    Giving.check(pass, scope, given);
  }

  /**
   * As {@link #checkMayGive}, and that a new key neither outlives the one that makes it nor speaks
   * for another agent.
   */
  public void checkMayCreate(AccessPass pass, CreateKey command) {
    Giving.checkCreate(pass, command);
  }

  /** Whether a key is within what the pass holds: whether it may be listed, changed and ended. */
  public boolean mayManage(AccessPass pass, KeyScope scope, List<GrantSpec> grantsOfKey) {
    return Giving.within(pass, scope, grantsOfKey);
  }

  private List<HeldGrant> held(
      Principal principal, Set<Action> actions, Predicate<GrantSpec> relevant) {
    for (Action action : actions) {
      if (!principal.scope().includes(action.requiredScope())) {
        throw Denial.ofScope(action);
      }
    }
    // Conditions of grants that have no part in the request are not even read.
    return grants.grantsOf(principal.keyId()).stream()
        .filter(relevant)
        .map(HeldGrant::of)
        .filter(grant -> grant.supports(actions))
        .toList();
  }

  /** Read before the grants, so that it is never newer than they are. */
  private Epochs epochs() {
    return new Epochs(grants.accessEpoch(), 0);
  }

  private AccessPass pass(
      RequestId requestId,
      Principal principal,
      Set<Action> actions,
      @Nullable NamespaceSelector selector,
      List<HeldGrant> held,
      Epochs epochs) {
    if (held.isEmpty() && !actions.stream().allMatch(Action::needsNoGrant)) {
      throw Denial.ofGrant(firstOf(actions));
    }
    Instant expiresAt = clock.instant().plus(passLifetime);
    Instant keyExpiresAt = principal.expiresAt();
    if (keyExpiresAt != null && keyExpiresAt.isBefore(expiresAt)) {
      expiresAt = keyExpiresAt;
    }
    return new AccessPass(requestId, principal, actions, selector, held, epochs, expiresAt, clock);
  }

  private static Action firstOf(Set<Action> actions) {
    return Collections.min(actions);
  }
}
