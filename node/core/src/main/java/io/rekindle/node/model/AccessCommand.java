package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be asked about API keys and grants. Nobody gives what they do not hold. */
public sealed interface AccessCommand extends Command {
  @Override
  default boolean mutates() {
    return !(this instanceof ListKeys);
  }

  /**
   * Makes an API key with its grants, in one step.
   *
   * @param agentId who the key speaks for; every memory it stores carries this name
   */
  record CreateKey(
      String displayName,
      KeyScope scope,
      @Nullable String agentId,
      @Nullable NamespacePath defaultNamespace,
      @Nullable Instant expiresAt,
      List<GrantSpec> grants)
      implements AccessCommand {
    public static final int GRANTS_MAX = 256;

    public CreateKey {
      Limits.requireText("display_name", displayName, Limits.ID_BYTES_MAX);
      agentId = Limits.optionalText("agent_id", agentId, Limits.ID_BYTES_MAX);
      grants = List.copyOf(grants);
      Limits.requireAtMost("grants", grants.size(), GRANTS_MAX, "grants");
      if (grants.isEmpty()) {
        throw RekindleException.invalid("grants", "a key needs at least one grant");
      }
    }
  }

  /** Lists the keys whose every grant lies within the caller's. */
  record ListKeys(int pageSize, @Nullable String page) implements AccessCommand {
    public ListKeys {
      pageSize = MemoryCommand.requirePageSize(pageSize);
    }
  }

  /** Ends a key at once, its open streams included. */
  record RevokeKey(ApiKeyId keyId) implements AccessCommand {}

  record AddGrant(ApiKeyId keyId, GrantSpec grant) implements AccessCommand {}

  record RemoveGrant(ApiKeyId keyId, GrantSpec grant) implements AccessCommand {}
}
