package io.rekindle.node.access;

import static io.rekindle.node.access.AccessFixtures.LIFETIME;
import static io.rekindle.node.access.AccessFixtures.NOW;
import static io.rekindle.node.access.AccessFixtures.REQUEST;
import static io.rekindle.node.access.AccessFixtures.authorizer;
import static io.rekindle.node.access.AccessFixtures.grant;
import static io.rekindle.node.access.AccessFixtures.isAllowed;
import static io.rekindle.node.access.AccessFixtures.path;
import static io.rekindle.node.access.AccessFixtures.principal;
import static io.rekindle.node.access.AccessFixtures.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuthorizerTest {
  private static final Principal READER = principal(KeyScope.READ_ONLY);
  private static final Principal WRITER = principal(KeyScope.READ_WRITE);
  private static final List<GrantSpec> SUPPORT_AND_PRODUCT =
      List.of(grant("company_a/support", null), grant("company_a/product", null));

  @Test
  void aKeyForTwoNamespacesOfOneCompanyIsDeniedTheOther() {
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_a/support")).isTrue();
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_a/product")).isTrue();
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_a/support", "company_a/product")).isTrue();
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_b/support")).isFalse();
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_a")).isFalse();
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_a/support", "company_b/support")).isFalse();
  }

  @Test
  void namespacesCompareSegmentBySegment() {
    List<GrantSpec> grants = List.of(grant("company_a", null));

    assertThat(mayStore(grants, "company_a")).isTrue();
    assertThat(mayStore(grants, "company_a/support/eu")).isTrue();
    assertThat(mayStore(grants, "company_ab")).isFalse();
    assertThat(mayStore(grants, "company_ab/support")).isFalse();
    assertThat(mayStore(grants, "company_ab/**")).isFalse();
    assertThat(mayStore(grants, "company")).isFalse();
    assertThat(mayStore(List.of(grant("company_a/support", null)), "company_a/support2")).isFalse();
  }

  @Test
  void aPrefixIsAllowedWhereItMeetsAGrantAndCoversNoMoreThanBoth() {
    AccessPass above = authorize(SUPPORT_AND_PRODUCT, "company_a/**");
    assertThat(above.covers(path("company_a/support"))).isTrue();
    assertThat(above.covers(path("company_a/product/eu"))).isTrue();
    assertThat(above.covers(path("company_a"))).isFalse();
    assertThat(above.covers(path("company_a/legal"))).isFalse();

    AccessPass below = authorize(SUPPORT_AND_PRODUCT, "company_a/support/eu/**");
    assertThat(below.covers(path("company_a/support/eu"))).isTrue();
    assertThat(below.covers(path("company_a/support/eu/north"))).isTrue();
    assertThat(below.covers(path("company_a/support"))).isFalse();
    assertThat(below.covers(path("company_a/product"))).isFalse();

    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_b/**")).isFalse();
    assertThat(mayStore(SUPPORT_AND_PRODUCT, "company_a/legal/**")).isFalse();
  }

  @Test
  void aNamedNamespaceIsNotItsChildren() {
    AccessPass pass = authorize(List.of(grant(null, null)), "company_a");

    assertThat(pass.covers(path("company_a"))).isTrue();
    assertThat(pass.covers(path("company_a/support"))).isFalse();
    assertThat(pass.rowFilter(path("company_a/support"))).isEqualTo(Filter.NONE);
  }

  @Test
  void theSameDenialAnswersWhateverExists() {
    assertThat(denialOf("company_b/support")).isEqualTo(denialOf("no/such/place"));
    assertThat(denialOf("company_b/**")).isEqualTo(denialOf("nowhere/**"));
  }

  @Test
  void conditionsOfGrantsOverOneNamespaceAreJoinedByOr() {
    List<GrantSpec> grants =
        List.of(
            grant("a", "sensitivity <= internal"),
            grant("a/b", "agent_id = a7"),
            grant("a/c", null),
            grant("x", "tags:secret"));
    AccessPass pass = authorizer(grants).authorizeAnywhere(REQUEST, READER, Action.SEARCH);

    assertThat(pass.rowFilter(path("a"))).isEqualTo(read("sensitivity <= internal"));
    assertThat(pass.rowFilter(path("a/b")))
        .isEqualTo(read("sensitivity <= internal OR agent_id = a7"));
    assertThat(pass.rowFilter(path("a/c/d"))).isEqualTo(Filter.ALL);
    assertThat(pass.rowFilter(path("b"))).isEqualTo(Filter.NONE);
  }

  @Test
  void everyActionOfARequestMustBeAllowed() {
    Authorizer authorizer = authorizer(List.of(grant("a", null)));
    Set<Action> both = EnumSet.of(Action.UPDATE, Action.RELABEL);

    AccessPass pass = authorizer.authorize(REQUEST, WRITER, both, select("a"));
    assertThat(pass.allows(Action.RELABEL)).isTrue();
    assertThat(pass.action()).isEqualTo(Action.UPDATE);
    assertThat(pass.allows(Action.DELETE)).isFalse();
    assertThat(
            isAllowed(
                () ->
                    authorizer.authorize(
                        REQUEST, WRITER, EnumSet.of(Action.GET, Action.AUDIT), select("a"))))
        .isFalse();
  }

  @Test
  void anExtraActionIsGoodOnlyWhereItsGrantReaches() {
    List<GrantSpec> grants = List.of(grant("a", null, "audit"), grant("b", null));
    AccessPass pass = authorizer(grants).authorizeAnywhere(REQUEST, READER, Action.AUDIT);

    assertThat(pass.covers(path("a/x"))).isTrue();
    assertThat(pass.covers(path("b"))).isFalse();
    assertThat(pass.rowFilter(path("b"))).isEqualTo(Filter.NONE);
  }

  @Test
  void whatConcernsTheClusterTakesAGrantOnTheRoot() {
    assertThat(mayMonitorRoot(grant("a", null, "monitor"))).isFalse();
    assertThat(mayMonitorRoot(grant(null, null))).isFalse();
    assertThat(mayMonitorRoot(grant(null, null), grant("a", null, "monitor"))).isFalse();
    assertThat(mayMonitorRoot(grant(null, null, "monitor"))).isTrue();
  }

  @Test
  void aPassForNamespacesIsNoneForTheRoot() {
    List<GrantSpec> root = List.of(grant(null, null));
    AccessPass named = authorize(root, "a");
    AccessPass whole = authorizer(root).authorizeRoot(REQUEST, WRITER, Action.STORE);

    assertThat(isAllowed(() -> named.checkRoot(Action.STORE))).isFalse();
    assertThat(isAllowed(() -> whole.checkRoot(Action.STORE))).isTrue();
    assertThat(isAllowed(() -> whole.checkRoot(Action.GET))).isFalse();
  }

  @Test
  void aKeyWithoutGrantsMayOnlyAskWhoItIs() {
    Authorizer authorizer = authorizer(List.of());

    AccessPass pass = authorizer.authorizeAnywhere(REQUEST, READER, Action.WHO_AM_I);
    assertThat(pass.covers(path("a"))).isFalse();
    assertThat(
            isAllowed(() -> authorizer.authorizeAnywhere(REQUEST, READER, Action.NAMESPACE_READ)))
        .isFalse();
  }

  @Test
  void aPassLivesNoLongerThanItsKey() {
    Principal ending =
        new Principal(
            AccessFixtures.KEY, "ending", KeyScope.READ_ONLY, null, null, NOW.plusSeconds(1));
    Authorizer authorizer = authorizer(List.of(grant("a", null)));

    assertThat(authorizer.authorizeAnywhere(REQUEST, ending, Action.GET).expiresAt())
        .isEqualTo(NOW.plusSeconds(1));
    assertThat(authorizer.authorizeAnywhere(REQUEST, READER, Action.GET).expiresAt())
        .isEqualTo(NOW.plus(LIFETIME));
  }

  @Test
  void aStoredConditionThatCannotBeReadDeniesWithoutBlamingTheCaller() {
    RekindleException refusal =
        catchThrowableOfType(
            RekindleException.class, () -> authorize(List.of(grant("a", "broken canary")), "a"));

    assertThat(refusal.code()).isEqualTo(ErrorCode.DATA_CORRUPTED);
    assertThat(refusal.describe()).doesNotContain("canary");
  }

  private static AccessPass authorize(List<GrantSpec> grants, String... namespaces) {
    return authorizer(grants).authorize(REQUEST, WRITER, Set.of(Action.STORE), select(namespaces));
  }

  private static boolean mayStore(List<GrantSpec> grants, String... namespaces) {
    return isAllowed(() -> authorize(grants, namespaces));
  }

  private static boolean mayMonitorRoot(GrantSpec... grants) {
    return isAllowed(
        () -> authorizer(List.of(grants)).authorizeRoot(REQUEST, READER, Action.MONITOR));
  }

  private static String denialOf(String namespace) {
    return catchThrowableOfType(
            RekindleException.class, () -> authorize(SUPPORT_AND_PRODUCT, namespace))
        .describe();
  }

  private static Filter read(String condition) {
    return FilterParser.parse(condition);
  }
}
