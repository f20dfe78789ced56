package io.rekindle.node.access;

import io.rekindle.node.authn.Principal;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Limits;
import org.jspecify.annotations.Nullable;

/** Which agent a request speaks for. */
public final class AgentIdentity {
  private AgentIdentity() {}

  /**
   * The key's agent; where the key speaks for none in particular, the one that the client names.
   *
   * @param claimed the name that the client sends, or null
   * @return the agent's id, or null when neither names one
   * @throws RekindleException INVALID_ARGUMENT when the client names another agent than its key's
   */
  public static @Nullable String resolve(Principal principal, @Nullable String claimed) {
    String named = Limits.optionalText("agent_id", claimed, Limits.ID_BYTES_MAX);
    String own = principal.agentId();
    if (own == null) {
      return named;
    }
    if (named != null && !named.equals(own)) {
      throw RekindleException.invalid("agent_id", "the key speaks for another agent");
    }
    return own;
  }
}
