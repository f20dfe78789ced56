package io.rekindle.node.authn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApiKeyMintTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final byte[] PEPPER = FakeApiKeySource.PEPPER;

  private final ApiKeyMint mint = new ApiKeyMint();

  @Test
  void aKeyIsStoredAsItWasAskedFor() {
    Instant end = NOW.plusSeconds(60);
    StoredApiKey stored = mint.issue(command(end), PEPPER, NOW).stored();

    assertThat(stored.displayName()).isEqualTo("support bot");
    assertThat(stored.createdAt()).isEqualTo(NOW);
    assertThat(stored.revokedAt()).isNull();
    assertThat(stored.principal())
        .isEqualTo(
            new Principal(
                stored.id(),
                "support bot",
                KeyScope.READ_WRITE,
                "a7",
                NamespacePath.parse("company_a/support"),
                end));
  }

  @Test
  void theTextLeadsToTheStoredProofsAndTheyNotBack() {
    IssuedApiKey issued = mint.issue(command(null), PEPPER, NOW);
    ApiKeyText text = requireNonNull(ApiKeyText.find(issued.text()));
    ScramVerifier scram = issued.stored().scram();

    assertThat(text.id()).isEqualTo(issued.stored().id());
    assertThat(issued.stored().mac()).isEqualTo(text.mac(PEPPER));
    assertThat(scram.storedKey())
        .isEqualTo(ScramVerifier.of(issued.text(), scram.salt(), scram.iterations()).storedKey());
    assertThat(issued.stored() + " " + issued + " " + scram).doesNotContain(text.secret());
  }

  @Test
  void noTwoKeysShareAnything() {
    IssuedApiKey one = mint.issue(command(null), PEPPER, NOW);
    IssuedApiKey two = mint.issue(command(null), PEPPER, NOW);

    assertThat(one.stored().id()).isNotEqualTo(two.stored().id());
    assertThat(one.stored().mac()).isNotEqualTo(two.stored().mac());
    assertThat(one.stored().scram().salt()).isNotEqualTo(two.stored().scram().salt());
  }

  @Test
  void aKeyThatHasExpiredAlreadyIsNotMade() {
    assertThatThrownBy(() -> mint.issue(command(NOW), PEPPER, NOW))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> assertThat(e.details()).containsEntry("field", "expires_at"));
  }

  @Test
  void aShortPepperIsAMistakeOfTheProgram() {
    assertThatThrownBy(() -> mint.issue(command(null), new byte[31], NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static CreateKey command(@Nullable Instant expiresAt) {
    return new CreateKey(
        "support bot",
        KeyScope.READ_WRITE,
        "a7",
        NamespacePath.parse("company_a/support"),
        expiresAt,
        List.of(new GrantSpec(NamespacePath.parse("company_a"), null, Set.of())));
  }
}
