package io.rekindle.node.access;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.Filters;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one request of one principal was authorised for: actions, namespaces, rows, and until when.
 *
 * <p>Only {@link Authorizer} makes one, and {@link PassCodec} one that another node's made.
 */
public final class AccessPass implements Pass {
  private final RequestId requestId;
  private final Principal principal;
  private final Set<Action> actions;
  private final @Nullable NamespaceSelector selector;
  private final List<HeldGrant> held;
  private final PassCodec.Epochs epochs;
  private final Instant expiresAt;
  private final InstantSource clock;

  /**
   * @param actions at least one
   * @param selector null for wherever the grants reach
   * @param held the grants that support every action and meet the selector
   * @param epochs those that the authorisation was made under
   */
  AccessPass(
      RequestId requestId,
      Principal principal,
      Set<Action> actions,
      @Nullable NamespaceSelector selector,
      List<HeldGrant> held,
      PassCodec.Epochs epochs,
      Instant expiresAt,
      InstantSource clock) {
    this.requestId = requestId;
    this.principal = principal;
    this.actions = EnumSet.copyOf(actions);
    this.selector = selector;
    this.held = List.copyOf(held);
    this.epochs = epochs;
    this.expiresAt = expiresAt;
    this.clock = clock;
  }

  @Override
  public RequestId requestId() {
    return requestId;
  }

  public Principal principal() {
    return principal;
  }

  /** The first of the authorised actions, in the order of {@link Action}: the request's name. */
  public Action action() {
    return actions.iterator().next();
  }

  public Set<Action> actions() {
    return Set.copyOf(actions);
  }

  /** The namespaces that were asked for, or null for wherever the grants reach. */
  public @Nullable NamespaceSelector selector() {
    return selector;
  }

  /** The grants that this pass rests on: those that support its actions where it was asked for. */
  public List<GrantSpec> grants() {
    return held.stream().map(HeldGrant::spec).toList();
  }

  /** How far access had changed when the request was authorised. */
  public PassCodec.Epochs epochs() {
    return epochs;
  }

  /** From this instant on the pass refuses everything. */
  public Instant expiresAt() {
    return expiresAt;
  }

  @Override
  public boolean allows(Action action) {
    return actions.contains(action);
  }

  @Override
  public boolean covers(NamespacePath namespace) {
    return selects(namespace) && held.stream().anyMatch(grant -> grant.spec().covers(namespace));
  }

  @Override
  public void check(Action action, NamespacePath namespace) {
    checkAllowed(action);
    if (!covers(namespace)) {
      throw Denial.ofGrant(action);
    }
  }

  @Override
  public void checkRoot(Action action) {
    checkAllowed(action);
    if (selector != null || held.stream().noneMatch(HeldGrant::isRoot)) {
      throw Denial.ofGrant(action);
    }
  }

  @Override
  public Filter rowFilter(NamespacePath namespace) {
    checkAlive();
    if (!selects(namespace)) {
      return Filter.NONE;
    }
    List<Filter> conditions =
        held.stream()
            .filter(grant -> grant.spec().covers(namespace))
            .map(HeldGrant::condition)
            .toList();
    return Filters.simplify(new Filter.Or(conditions));
  }

  private void checkAllowed(Action action) {
    checkAlive();
    if (!actions.contains(action)) {
      throw Denial.ofPass(action);
    }
  }

  private void checkAlive() {
    if (!clock.instant().isBefore(expiresAt)) {
      throw Denial.ofExpiry();
    }
  }

  private boolean selects(NamespacePath namespace) {
    return selector == null || selector.selects(namespace);
  }

  List<HeldGrant> held() {
    return held;
  }

  @Override
  public String toString() {
    return "AccessPass[" + requestId + ", " + principal.keyId() + ", " + actions + "]";
  }
}
