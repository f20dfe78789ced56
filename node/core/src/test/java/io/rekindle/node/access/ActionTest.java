package io.rekindle.node.access;

import static io.rekindle.node.access.AccessFixtures.REQUEST;
import static io.rekindle.node.access.AccessFixtures.authorizer;
import static io.rekindle.node.access.AccessFixtures.grant;
import static io.rekindle.node.access.AccessFixtures.isAllowed;
import static io.rekindle.node.access.AccessFixtures.principal;
import static io.rekindle.node.access.AccessFixtures.select;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ActionTest {
  /**
   * By scope (ReadOnly, ReadWrite, Admin) under a plain grant, one with every extra action, and one
   * with those and a condition.
   */
  private static final String TABLE =
      """
      memory.store        .WA .WA .WA
      memory.get          RWA RWA RWA
      memory.list         RWA RWA RWA
      memory.search       RWA RWA RWA
      memory.update       .WA .WA .WA
      memory.delete       .WA .WA .WA
      memory.relabel      .WA .WA .WA
      state.read          RWA RWA RWA
      state.write         .WA .WA .WA
      namespace.read      RWA RWA RWA
      namespace.write     ..A ..A ...
      key.rewrap          ..A ..A ...
      key.move            ..A ..A ...
      key.replace         ..A ..A ...
      access.read         ..A ..A ..A
      access.write        ..A ..A ..A
      audit.read          ... RWA ...
      cluster.monitor     ... RWA RWA
      cluster.write       ..A ..A ...
      backup.read         ..A ..A ...
      backup.create       ..A ..A ...
      backup.delete       ..A ..A ...
      access.who_am_i     RWA RWA RWA
      """;

  private static final List<GrantSpec> GRANTS =
      List.of(
          grant("a", null),
          grant("a", null, "audit", "erase", "hold", "monitor"),
          grant("a", "tags:x", "audit", "erase", "hold", "monitor"));

  @Test
  void everyActionIsOpenToItsScopesAndGrantsOnly() {
    String table =
        Arrays.stream(Action.values())
            .map(action -> "%-19s %s\n".formatted(action.id(), row(action)))
            .collect(Collectors.joining());

    assertThat(table).isEqualTo(TABLE);
  }

  private static String row(Action action) {
    return GRANTS.stream().map(grant -> cell(action, grant)).collect(Collectors.joining(" "));
  }

  private static String cell(Action action, GrantSpec grant) {
    return Arrays.stream(KeyScope.values())
        .map(
            scope ->
                isAllowed(
                        () ->
                            authorizer(List.of(grant))
                                .authorize(
                                    REQUEST, principal(scope), Set.of(action), select("a/b")))
                    ? letter(scope)
                    : ".")
        .collect(Collectors.joining());
  }

  private static String letter(KeyScope scope) {
    return switch (scope) {
      case READ_ONLY -> "R";
      case READ_WRITE -> "W";
      case ADMIN -> "A";
    };
  }
}
