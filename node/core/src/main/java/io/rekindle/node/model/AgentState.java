package io.rekindle.node.model;

import java.time.Instant;

/** One value of agent state. */
public record AgentState(
    NamespacePath namespace,
    String agentId,
    String key,
    String value,
    long version,
    Instant createdAt,
    Instant updatedAt) {}
