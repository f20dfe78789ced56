package io.rekindle.node.authn;

import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from, as its API key says. Immutable; a session may hold one.
 *
 * @param agentId the agent that the key speaks for, or null when it speaks for none in particular
 * @param defaultNamespace where requests go that name no namespace; gives no access by itself
 * @param expiresAt when the key ends, or null for never
 */
public record Principal(
    ApiKeyId keyId,
    String displayName,
    KeyScope scope,
    @Nullable String agentId,
    @Nullable NamespacePath defaultNamespace,
    @Nullable Instant expiresAt) {}
