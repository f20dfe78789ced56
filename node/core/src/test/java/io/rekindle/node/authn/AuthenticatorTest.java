package io.rekindle.node.authn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.authn.AuthenticationFailure.Reason;
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

class AuthenticatorTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant END = NOW.plusSeconds(60);

  private final FakeApiKeySource source = new FakeApiKeySource();
  private Instant now = NOW;
  private final Authenticator authenticator = new Authenticator(source, () -> now);

  @Test
  void aGoodKeyIsItsPrincipal() {
    IssuedApiKey key = issued(null);

    assertThat(authenticator.authenticate(key.text())).isEqualTo(key.stored().principal());
  }

  @Test
  void aKeyIsGoodUntilTheInstantThatItExpires() {
    IssuedApiKey key = issued(END);

    now = END.minusNanos(1_000);
    assertThatCode(() -> authenticator.authenticate(key.text())).doesNotThrowAnyException();
    now = END;
    assertRefused(key.text(), Reason.EXPIRED);
  }

  @Test
  void aRevokedKeyIsRefusedAtOnce() {
    IssuedApiKey key = issued(END);
    source.put(revoked(key.stored()));

    assertRefused(key.text(), Reason.REVOKED);
  }

  @Test
  void aWrongSecretSaysNothingOfRevocationEvenToTheAudit() {
    IssuedApiKey key = issued(null);
    source.put(revoked(key.stored()));

    assertRefused(withOtherSecret(key), Reason.WRONG_SECRET);
  }

  @Test
  void aRecordMovedToAnotherIdProvesNothing() {
    IssuedApiKey victim = issued(null);
    IssuedApiKey attacker = issued(null);
    StoredApiKey moved = attacker.stored();
    source.put(
        new StoredApiKey(
            victim.stored().id(),
            "moved",
            KeyScope.ADMIN,
            null,
            null,
            moved.mac(),
            moved.scram(),
            NOW,
            null,
            null));
    ApiKeyText secret = requireNonNull(ApiKeyText.find(attacker.text()));

    assertRefused(
        new ApiKeyText(victim.stored().id(), secret.secret()).format(), Reason.WRONG_SECRET);
  }

  @Test
  void anUnknownIdIsRefused() {
    IssuedApiKey key = new ApiKeyMint().issue(command(null), FakeApiKeySource.PEPPER, NOW);

    assertRefused(key.text(), Reason.UNKNOWN_KEY);
    assertThat(source.lookups).containsExactly(key.stored().id());
  }

  @Test
  void aTypoIsNoticedBeforeAnythingIsLookedUp() {
    String text = issued(null).text();
    String typo = text.substring(0, 30) + (text.charAt(30) == 'a' ? 'b' : 'a') + text.substring(31);

    assertRefused(typo, Reason.MALFORMED);
    assertRefused("", Reason.MALFORMED);
    assertRefused("x".repeat(1_000_000), Reason.MALFORMED);
    assertRefused(null, Reason.MISSING);
    assertThat(source.lookups).isEmpty();
  }

  @Test
  void everyRefusalHasOneAnswer() {
    IssuedApiKey expired = issued(END);
    IssuedApiKey revoked = issued(null);
    source.put(revoked(revoked.stored()));
    IssuedApiKey unknown = new ApiKeyMint().issue(command(null), FakeApiKeySource.PEPPER, NOW);
    now = END;

    List<String> answers =
        List.of(
                expired.text(),
                revoked.text(),
                unknown.text(),
                withOtherSecret(expired),
                "rk_live_nonsense")
            .stream()
            .map(text -> refusal(text).describe())
            .distinct()
            .toList();
    assertThat(answers).containsExactly("a valid API key is needed");
  }

  @Test
  void everyRefusalDoesTheWorkOfOneKeyedHash() {
    IssuedApiKey known = issued(null);
    IssuedApiKey unknown = new ApiKeyMint().issue(command(null), FakeApiKeySource.PEPPER, NOW);
    String[] texts = {withOtherSecret(known), unknown.text(), "rk_live_nonsense", null};
    for (int i = 0; i < texts.length; i++) {
      refusal(texts[i]);
      // Each hash reads the pepper once, and nothing else does.
      assertThat(source.pepperReads).isEqualTo(i + 1);
    }
  }

  @Test
  void aStreamIsCutWhenItsKeyIsRevokedExpiresOrGoes() {
    IssuedApiKey key = issued(END);
    Principal principal = authenticator.authenticate(key.text());
    assertThatCode(() -> authenticator.recheck(principal)).doesNotThrowAnyException();

    source.put(revoked(key.stored()));
    assertThat(reasonOf(() -> authenticator.recheck(principal))).isEqualTo(Reason.REVOKED);
    source.put(key.stored());
    now = END;
    assertThat(reasonOf(() -> authenticator.recheck(principal))).isEqualTo(Reason.EXPIRED);
    Authenticator elsewhere = new Authenticator(new FakeApiKeySource(), () -> NOW);
    assertThat(reasonOf(() -> elsewhere.recheck(principal))).isEqualTo(Reason.UNKNOWN_KEY);
  }

  private void assertRefused(@Nullable String text, Reason reason) {
    assertThat(reasonOf(() -> authenticator.authenticate(text))).isEqualTo(reason);
  }

  private RekindleException refusal(@Nullable String text) {
    return catchThrowableOfType(RekindleException.class, () -> authenticator.authenticate(text));
  }

  private static Reason reasonOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
    return requireNonNull(AuthenticationFailure.find(refusal)).reason();
  }

  private IssuedApiKey issued(@Nullable Instant expiresAt) {
    IssuedApiKey key = new ApiKeyMint().issue(command(expiresAt), FakeApiKeySource.PEPPER, NOW);
    source.put(key.stored());
    return key;
  }

  private static CreateKey command(@Nullable Instant expiresAt) {
    return new CreateKey(
        "bot",
        KeyScope.READ_ONLY,
        null,
        null,
        expiresAt,
        List.of(new GrantSpec(null, null, Set.of())));
  }

  private static String withOtherSecret(IssuedApiKey key) {
    return new ApiKeyText(key.stored().id(), "a".repeat(40)).format();
  }

  private static StoredApiKey revoked(StoredApiKey key) {
    return new StoredApiKey(
        key.id(),
        key.displayName(),
        key.scope(),
        key.agentId(),
        key.defaultNamespace(),
        key.mac(),
        key.scram(),
        key.createdAt(),
        key.expiresAt(),
        NOW);
  }
}
