package io.rekindle.node.access;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.access.filter.Filters;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Bounded administration: nobody gives beyond what they hold.
 *
 * <p>A scope may be given by a scope that includes it. A grant may be given when <em>one</em> held
 * grant contains it: its namespace covers the given one, it names every extra action of it, and its
 * condition, taken as a conjunction, is part of the given condition taken as a conjunction. That
 * last rule is stricter than logical implication, which is hard to decide and easy to get wrong: a
 * holder of {@code sensitivity <= internal} gives {@code sensitivity <= internal AND tags:"faq"},
 * but has to spell it so. Two held grants never add up to a third.
 */
final class Giving {
  private static final String TEXT = "nobody gives more than they hold";

  private Giving() {}

  static void check(AccessPass pass, KeyScope scope, List<GrantSpec> given) {
    requireWrite(pass);
    if (!pass.principal().scope().includes(scope)) {
      throw refusal(Map.of("field", "scope"));
    }
    for (int i = 0; i < given.size(); i++) {
      if (!contains(pass.held(), read(given.get(i)))) {
        throw refusal(Map.of("field", "grants", "index", Integer.toString(i)));
      }
    }
  }

  static void checkCreate(AccessPass pass, CreateKey command) {
    check(pass, command.scope(), command.grants());
    Principal giver = pass.principal();
    Instant end = giver.expiresAt();
    Instant given = command.expiresAt();
    if (end != null && (given == null || given.isAfter(end))) {
      throw refusal(Map.of("field", "expires_at"));
    }
    if (giver.agentId() != null && !Objects.equals(giver.agentId(), command.agentId())) {
      throw refusal(Map.of("field", "agent_id"));
    }
  }

  /** A key without grants lies nowhere, hence only within bounds that hold everything. */
  static boolean within(AccessPass pass, KeyScope scope, List<GrantSpec> grants) {
    List<GrantSpec> bounds =
        grants.isEmpty() ? List.of(new GrantSpec(null, null, Set.of())) : grants;
    return pass.principal().scope().includes(scope)
        && bounds.stream().map(HeldGrant::of).allMatch(grant -> contains(pass.held(), grant));
  }

  private static boolean contains(List<HeldGrant> held, HeldGrant given) {
    return held.stream().anyMatch(grant -> contains(grant, given));
  }

  private static boolean contains(HeldGrant held, HeldGrant given) {
    return coversAllOf(held.spec(), given.spec())
        && held.spec().extraActions().containsAll(given.spec().extraActions())
        && restricts(held.condition(), given.condition());
  }

  private static boolean coversAllOf(GrantSpec held, GrantSpec given) {
    return given.namespace() == null ? held.namespace() == null : held.covers(given.namespace());
  }

  private static boolean restricts(Filter held, Filter given) {
    return given.equals(Filter.NONE)
        || Filters.conjuncts(given).containsAll(Filters.conjuncts(held));
  }

  /** A condition that comes from a request: a mistake in it is the caller's to hear. */
  private static HeldGrant read(GrantSpec given) {
    String condition = given.condition();
    return new HeldGrant(
        given, condition == null ? Filter.ALL : FilterParser.parse("condition", condition));
  }

  private static void requireWrite(AccessPass pass) {
    if (!pass.allows(Action.ACCESS_WRITE)) {
      throw Denial.ofPass(Action.ACCESS_WRITE);
    }
  }

  private static RekindleException refusal(Map<String, String> details) {
    return new RekindleException(ErrorCode.PERMISSION_DENIED, TEXT, details);
  }
}
