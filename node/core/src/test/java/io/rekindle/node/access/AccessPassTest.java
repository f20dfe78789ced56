package io.rekindle.node.access;

import static io.rekindle.node.access.AccessFixtures.KEY;
import static io.rekindle.node.access.AccessFixtures.NOW;
import static io.rekindle.node.access.AccessFixtures.REQUEST;
import static io.rekindle.node.access.AccessFixtures.grant;
import static io.rekindle.node.access.AccessFixtures.isAllowed;
import static io.rekindle.node.access.AccessFixtures.path;
import static io.rekindle.node.access.AccessFixtures.principal;
import static io.rekindle.node.access.AccessFixtures.select;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.KeyScope;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessPassTest {
  private Instant now = NOW;
  private final Authorizer authorizer =
      new Authorizer(
          key -> key.equals(KEY) ? List.of(grant(null, null)) : List.of(),
          () -> now,
          Duration.ofSeconds(1));

  @Test
  void nobodyOutsideThisPackageMakesAPass() {
    for (Class<?> type : List.of(AccessPass.class, SystemPass.class)) {
      assertThat(Modifier.isFinal(type.getModifiers())).isTrue();
      assertThat(Arrays.stream(type.getDeclaredConstructors()).map(Constructor::getModifiers))
          .noneMatch(modifiers -> Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers));
    }
  }

  @Test
  void anExpiredPassRefusesEverything() {
    AccessPass named =
        authorizer.authorize(
            REQUEST, principal(KeyScope.READ_ONLY), Set.of(Action.GET), select("a"));
    AccessPass root = authorizer.authorizeRoot(REQUEST, principal(KeyScope.READ_ONLY), Action.GET);
    assertThat(isAllowed(() -> named.check(Action.GET, path("a")))).isTrue();
    assertThat(isAllowed(() -> root.checkRoot(Action.GET))).isTrue();

    now = NOW.plusSeconds(1);
    assertThat(isAllowed(() -> named.check(Action.GET, path("a")))).isFalse();
    assertThat(isAllowed(() -> named.rowFilter(path("a")))).isFalse();
    assertThat(isAllowed(() -> root.checkRoot(Action.GET))).isFalse();
  }

  @Test
  void aPassIsForItsActionsInItsNamespacesOnly() {
    AccessPass pass =
        authorizer.authorize(
            REQUEST, principal(KeyScope.ADMIN), Set.of(Action.GET), select("a", "b"));

    assertThat(isAllowed(() -> pass.check(Action.GET, path("b")))).isTrue();
    assertThat(isAllowed(() -> pass.check(Action.LIST, path("b")))).isFalse();
    assertThat(isAllowed(() -> pass.check(Action.GET, path("c")))).isFalse();
  }

  @Test
  void aSystemPassIsForEveryRowAndSaysWhy() {
    SystemPass pass = SystemPass.mint(SystemPass.Purpose.EXPIRY);

    assertThat(isAllowed(() -> pass.check(Action.DELETE, path("a")))).isTrue();
    assertThat(pass.rowFilter(path("a"))).isEqualTo(Filter.ALL);
    assertThat(pass.purpose()).isEqualTo(SystemPass.Purpose.EXPIRY);
    assertThat(pass.renew().requestId()).isNotEqualTo(pass.requestId());
  }
}
