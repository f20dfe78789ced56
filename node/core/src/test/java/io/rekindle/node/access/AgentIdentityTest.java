package io.rekindle.node.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.KeyScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgentIdentityTest {
  @Test
  void theKeysAgentSpeaks() {
    assertThat(AgentIdentity.resolve(keyOf("a7"), null)).isEqualTo("a7");
    assertThat(AgentIdentity.resolve(keyOf("a7"), "")).isEqualTo("a7");
    assertThat(AgentIdentity.resolve(keyOf("a7"), "a7")).isEqualTo("a7");
  }

  @Test
  void anotherNameThanTheKeysIsRefused() {
    RekindleException refusal = refused(keyOf("a7"), "a8");

    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    assertThat(refusal.details()).containsEntry("field", "agent_id");
    assertThat(refusal.describe()).doesNotContain("a7", "a8");
  }

  @Test
  void aKeyWithoutAnAgentTakesTheNameThatTheClientSends() {
    assertThat(AgentIdentity.resolve(keyOf(null), "a8")).isEqualTo("a8");
    assertThat(AgentIdentity.resolve(keyOf(null), null)).isNull();
    assertThat(refused(keyOf(null), "x".repeat(257)).code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
  }

  private static RekindleException refused(Principal principal, String claimed) {
    return catchThrowableOfType(
        RekindleException.class, () -> AgentIdentity.resolve(principal, claimed));
  }

  private static Principal keyOf(@Nullable String agentId) {
    return new Principal(AccessFixtures.KEY, "test", KeyScope.READ_WRITE, agentId, null, null);
  }
}
