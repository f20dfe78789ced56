package io.rekindle.node.access;

import static io.rekindle.node.access.AccessFixtures.REQUEST;
import static io.rekindle.node.access.AccessFixtures.authorizer;
import static io.rekindle.node.access.AccessFixtures.isAllowed;
import static io.rekindle.node.access.AccessFixtures.path;
import static io.rekindle.node.access.AccessFixtures.principal;
import static io.rekindle.node.access.AccessFixtures.select;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.access.filter.FilterEvaluator;
import io.rekindle.node.access.filter.FilterParser;
import io.rekindle.node.access.filter.FilterRow;
import io.rekindle.node.access.filter.MemoryFilterRow;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.MemoryColumns;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Sensitivity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Passes against a plain model of what grants mean, and giving against what is then reachable. */
class AuthorizerPropertyTest {
  /** Segments of which one begins another. */
  private static final List<String> PATHS =
      List.of("a", "ab", "a/a", "a/ab", "ab/a", "a/a/b", "a/b", "b");

  private static final List<String> CONDITIONS =
      List.of(
          "tags:x",
          "tags:y",
          "tags:x AND tags:y",
          "tags:y AND (tags:x AND sensitivity <= internal)",
          "tags:x OR tags:y",
          "NOT (NOT tags:x)",
          "sensitivity <= internal",
          "sensitivity <= public",
          "(tags:x OR tags:y) AND sensitivity <= internal",
          "true",
          "false");

  private static final Map<String, Filter> PARSED = new ConcurrentHashMap<>();
  private static final List<FilterRow> ROWS = rowsOfEveryKind();

  @Provide
  Arbitrary<GrantSpec> grants() {
    return Combinators.combine(
            Arbitraries.of(PATHS).injectNull(0.1),
            Arbitraries.of(CONDITIONS).injectNull(0.3),
            Arbitraries.of("audit", "monitor").set().ofMaxSize(2))
        .as(
            (namespace, condition, extra) ->
                AccessFixtures.grant(namespace, condition, extra.toArray(String[]::new)));
  }

  @Provide
  Arbitrary<String> selectors() {
    return Arbitraries.of(PATHS).flatMap(text -> Arbitraries.of(text, text + "/**"));
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of(PATHS);
  }

  @Property
  void aPassCoversExactlyWhatIsAskedForAndGranted(
      @ForAll List<@From("grants") GrantSpec> grants, @ForAll("selectors") String selector) {
    boolean prefix = selector.endsWith("/**");
    String asked = prefix ? selector.substring(0, selector.length() - 3) : selector;
    Action action = Action.SEARCH;
    boolean expected =
        grants.stream()
            .anyMatch(
                grant ->
                    isWithin(asked, textOf(grant)) || (prefix && isWithin(textOf(grant), asked)));
    boolean allowed =
        isAllowed(
            () ->
                authorizer(grants)
                    .authorize(
                        REQUEST, principal(KeyScope.READ_ONLY), Set.of(action), select(selector)));
    assertThat(allowed).isEqualTo(expected);
    if (allowed) {
      AccessPass pass =
          authorizer(grants)
              .authorize(REQUEST, principal(KeyScope.READ_ONLY), Set.of(action), select(selector));
      for (String text : PATHS) {
        boolean selected = prefix ? isWithin(text, asked) : text.equals(asked);
        assertThat(pass.covers(path(text)))
            .isEqualTo(
                selected && grants.stream().anyMatch(grant -> isWithin(text, textOf(grant))));
        Filter rows = pass.rowFilter(path(text));
        for (FilterRow row : ROWS) {
          assertThat(FilterEvaluator.test(rows, row))
              .isEqualTo(selected && sees(grants, text, row));
        }
      }
    }
  }

  @Property
  void whatMayBeGivenReachesNothingMore(
      @ForAll List<@From("grants") GrantSpec> held,
      @ForAll("grants") GrantSpec given,
      @ForAll KeyScope scope,
      @ForAll KeyScope givenScope) {
    assertGivingIsBounded(held, given, scope, givenScope);
  }

  @Property
  void narrowingAHeldGrantIsAlwaysAllowed(
      @ForAll("grants") GrantSpec held,
      @ForAll("paths") String below,
      @ForAll("grants") GrantSpec other) {
    String namespace = textOf(held).isEmpty() ? below : textOf(held) + "/" + below;
    String condition =
        held.condition() == null
            ? other.condition()
            : other.condition() == null
                ? held.condition()
                : "(" + other.condition() + ") AND (" + held.condition() + ")";
    GrantSpec given =
        AccessFixtures.grant(namespace, condition, held.extraActions().toArray(String[]::new));

    assertThat(mayGive(List.of(held), given, KeyScope.ADMIN, KeyScope.READ_WRITE)).isTrue();
    assertGivingIsBounded(List.of(held), given, KeyScope.ADMIN, KeyScope.READ_WRITE);
  }

  private static void assertGivingIsBounded(
      List<GrantSpec> held, GrantSpec given, KeyScope scope, KeyScope givenScope) {
    if (!mayGive(held, given, scope, givenScope)) {
      return;
    }
    assertThat(scope.includes(givenScope)).isTrue();
    for (String text : PATHS) {
      for (FilterRow row : ROWS) {
        if (sees(List.of(given), text, row)) {
          assertThat(sees(held, text, row)).isTrue();
        }
      }
      for (String extra : given.extraActions()) {
        if (isWithin(text, textOf(given))) {
          assertThat(held)
              .anyMatch(
                  grant -> grant.extraActions().contains(extra) && isWithin(text, textOf(grant)));
        }
      }
    }
    assertThat(given.namespace() == null && held.stream().noneMatch(g -> g.namespace() == null))
        .isFalse();
  }

  private static boolean mayGive(
      List<GrantSpec> held, GrantSpec given, KeyScope scope, KeyScope givenScope) {
    Authorizer authorizer = authorizer(held);
    return isAllowed(
        () ->
            authorizer.checkMayGive(
                authorizer.authorizeAnywhere(REQUEST, principal(scope), Action.ACCESS_WRITE),
                givenScope,
                List.of(given)));
  }

  /** The model: texts, a slash after each segment. */
  private static boolean isWithin(String path, String above) {
    return above.isEmpty() || (path + "/").startsWith(above + "/");
  }

  private static String textOf(GrantSpec grant) {
    return grant.namespace() == null ? "" : grant.namespace().toString();
  }

  private static boolean sees(List<GrantSpec> grants, String path, FilterRow row) {
    return grants.stream()
        .filter(grant -> isWithin(path, textOf(grant)))
        .map(GrantSpec::condition)
        .map(AuthorizerPropertyTest::read)
        .anyMatch(filter -> FilterEvaluator.test(filter, row));
  }

  private static Filter read(@Nullable String condition) {
    return condition == null ? Filter.ALL : PARSED.computeIfAbsent(condition, FilterParser::parse);
  }

  private static List<FilterRow> rowsOfEveryKind() {
    List<FilterRow> rows = new ArrayList<>();
    for (List<String> tags :
        List.of(List.<String>of(), List.of("x"), List.of("y"), List.of("x", "y"))) {
      for (Sensitivity sensitivity : Sensitivity.values()) {
        rows.add(
            MemoryFilterRow.of(
                new MemoryColumns(
                    new MemoryId(new UUID(0, 0)),
                    null,
                    List.of(),
                    null,
                    null,
                    "fact",
                    tags,
                    sensitivity,
                    0.5f,
                    EmbeddingStatus.PENDING,
                    EmbeddingModelId.BGE_SMALL_EN,
                    Instant.EPOCH,
                    Instant.EPOCH,
                    null,
                    1,
                    1),
                null));
      }
    }
    return rows;
  }
}
