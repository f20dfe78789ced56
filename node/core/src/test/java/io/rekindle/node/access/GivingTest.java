package io.rekindle.node.access;

import static io.rekindle.node.access.AccessFixtures.KEY;
import static io.rekindle.node.access.AccessFixtures.NOW;
import static io.rekindle.node.access.AccessFixtures.REQUEST;
import static io.rekindle.node.access.AccessFixtures.authorizer;
import static io.rekindle.node.access.AccessFixtures.grant;
import static io.rekindle.node.access.AccessFixtures.isAllowed;
import static io.rekindle.node.access.AccessFixtures.pass;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GivingTest {
  private static final Authorizer AUTHORIZER = authorizer(List.of());

  @Test
  void aNamespaceIsGivenWithinOnesOwnSegmentBySegment() {
    GrantSpec own = grant("company_a", null);

    assertThat(mayGive(own, grant("company_a", null))).isTrue();
    assertThat(mayGive(own, grant("company_a/support", null))).isTrue();
    assertThat(mayGive(own, grant("company_ab", null))).isFalse();
    assertThat(mayGive(own, grant("company_b", null))).isFalse();
    assertThat(mayGive(own, grant(null, null))).isFalse();
    assertThat(mayGive(grant("company_a/support", null), grant("company_a", null))).isFalse();
    assertThat(mayGive(grant(null, null), grant(null, null))).isTrue();
    assertThat(mayGive(grant(null, null), grant("company_b", null))).isTrue();
  }

  @Test
  void aScopeIsGivenUpToOnesOwn() {
    AccessPass admin = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant("a", null));

    for (KeyScope scope : KeyScope.values()) {
      assertThat(isAllowed(() -> give(admin, scope, grant("a", null)))).isTrue();
    }
    assertThat(AUTHORIZER.mayManage(writer(), KeyScope.ADMIN, List.of(grant("a", null)))).isFalse();
    assertThat(AUTHORIZER.mayManage(writer(), KeyScope.READ_WRITE, List.of(grant("a", null))))
        .isTrue();
  }

  @Test
  void aKeyWithoutGrantsIsManagedByWhoHoldsEverythingAlone() {
    AccessPass tenant = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant("company_b", null));
    AccessPass conditional = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant(null, "tags:\"x\""));
    AccessPass root = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant(null, null));

    assertThat(AUTHORIZER.mayManage(tenant, KeyScope.READ_ONLY, List.of())).isFalse();
    assertThat(AUTHORIZER.mayManage(conditional, KeyScope.READ_ONLY, List.of())).isFalse();
    assertThat(AUTHORIZER.mayManage(root, KeyScope.READ_ONLY, List.of())).isTrue();
  }

  @Test
  void onlyAPassForWritingAccessGivesAnything() {
    assertThat(isAllowed(() -> give(writer(), KeyScope.READ_ONLY, grant("a", null)))).isFalse();
  }

  @Test
  void theHolderOfAConditionGivesOnlyWithinIt() {
    GrantSpec own = grant("a", "sensitivity <= internal");

    assertThat(mayGive(own, grant("a", "sensitivity <= internal"))).isTrue();
    assertThat(mayGive(own, grant("a/b", " ( sensitivity<=\"internal\" ) "))).isTrue();
    assertThat(mayGive(own, grant("a", "tags:faq AND (sensitivity <= internal AND tags:x)")))
        .isTrue();
    assertThat(mayGive(own, grant("a", "false"))).isTrue();

    assertThat(mayGive(own, grant("a", null))).isFalse();
    assertThat(mayGive(own, grant("a", "true"))).isFalse();
    assertThat(mayGive(own, grant("a", "sensitivity <= confidential"))).isFalse();
    assertThat(mayGive(own, grant("a", "sensitivity <= internal OR tags:faq"))).isFalse();
    assertThat(mayGive(own, grant("a", "NOT sensitivity <= internal"))).isFalse();
    assertThat(mayGive(own, grant("a", "tags:x AND (sensitivity <= internal OR true)"))).isFalse();
  }

  @Test
  void aHeldConjunctionMustBeThereWhole() {
    GrantSpec own = grant("a", "tags:x AND agent_id = a7");

    assertThat(mayGive(own, grant("a", "agent_id = a7 AND tags:x"))).isTrue();
    assertThat(mayGive(own, grant("a", "agent_id = a7"))).isFalse();
  }

  @Test
  void anExtraActionIsGivenOnlyWhereItIsHeld() {
    assertThat(mayGive(grant("a", null), grant("a", null, "audit"))).isFalse();
    assertThat(mayGive(grant("a", null, "audit"), grant("a", null, "audit"))).isTrue();
    assertThat(mayGive(grant("a", null, "audit"), grant("a", null, "audit", "erase"))).isFalse();
    assertThat(mayGive(grant("a", "tags:x", "audit"), grant("a", null, "audit"))).isFalse();
  }

  @Test
  void twoHeldGrantsDoNotAddUp() {
    AccessPass admin =
        pass(
            KeyScope.ADMIN,
            Action.ACCESS_WRITE,
            grant("a", null, "audit"),
            grant(null, null),
            grant("b", "tags:x"),
            grant("b", "NOT tags:x"));

    assertThat(isAllowed(() -> give(admin, KeyScope.READ_ONLY, grant(null, null, "audit"))))
        .isFalse();
    assertThat(isAllowed(() -> give(admin, KeyScope.READ_ONLY, grant("b", null)))).isTrue();
    AccessPass halves =
        pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant("b", "tags:x"), grant("b", "NOT tags:x"));
    assertThat(isAllowed(() -> give(halves, KeyScope.READ_ONLY, grant("b", null)))).isFalse();
  }

  @Test
  void oneGrantTooManyRefusesAllAndIsNamed() {
    AccessPass admin = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant("a", null));
    RekindleException refusal =
        catchThrowableOfType(
            RekindleException.class,
            () -> give(admin, KeyScope.READ_ONLY, grant("a", null), grant("b", null)));

    assertThat(refusal.details()).containsEntry("field", "grants").containsEntry("index", "1");
  }

  @Test
  void aConditionThatCannotBeReadIsTheGiversMistake() {
    AccessPass admin = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, grant("a", null));
    RekindleException refusal =
        catchThrowableOfType(
            RekindleException.class,
            () -> give(admin, KeyScope.READ_ONLY, grant("a", "nosuch = 1")));

    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refusal.details()).containsEntry("field", "condition");
  }

  @Test
  void aNewKeyDoesNotOutliveTheOneThatMakesIt() {
    assertThat(mayCreate(null, NOW, null, NOW)).isTrue();
    assertThat(mayCreate(null, NOW, null, NOW.plusSeconds(1))).isFalse();
    assertThat(mayCreate(null, NOW, null, null)).isFalse();
    assertThat(mayCreate(null, null, null, null)).isTrue();
  }

  @Test
  void aKeyOfOneAgentMakesNoneForAnother() {
    assertThat(mayCreate("a7", null, "a7", null)).isTrue();
    assertThat(mayCreate("a7", null, "a8", null)).isFalse();
    assertThat(mayCreate("a7", null, null, null)).isFalse();
    assertThat(mayCreate(null, null, "a8", null)).isTrue();
  }

  private static boolean mayCreate(
      @Nullable String agent,
      @Nullable Instant end,
      @Nullable String givenAgent,
      @Nullable Instant givenEnd) {
    Principal giver = new Principal(KEY, "admin", KeyScope.ADMIN, agent, null, end);
    AccessPass pass =
        new AccessPass(
            REQUEST,
            giver,
            Set.of(Action.ACCESS_WRITE),
            null,
            List.of(HeldGrant.of(grant("a", null))),
            PassCodec.Epochs.NONE,
            NOW.plusSeconds(9),
            () -> NOW);
    CreateKey command =
        new CreateKey(
            "new", KeyScope.READ_ONLY, givenAgent, null, givenEnd, List.of(grant("a", null)));
    return isAllowed(() -> AUTHORIZER.checkMayCreate(pass, command));
  }

  private static AccessPass writer() {
    return pass(KeyScope.READ_WRITE, Action.STORE, grant("a", null));
  }

  private static boolean mayGive(GrantSpec own, GrantSpec given) {
    AccessPass admin = pass(KeyScope.ADMIN, Action.ACCESS_WRITE, own);
    boolean allowed = isAllowed(() -> give(admin, KeyScope.READ_ONLY, given));
    assertThat(AUTHORIZER.mayManage(admin, KeyScope.READ_ONLY, List.of(given))).isEqualTo(allowed);
    return allowed;
  }

  private static void give(AccessPass pass, KeyScope scope, GrantSpec... given) {
    AUTHORIZER.checkMayGive(pass, scope, List.of(given));
  }
}
