package io.rekindle.chaos.history;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked a node for.
 *
 * @param client who, by its number; a client has one operation at a time unless it races itself
 * @param node which process it asked
 * @param namespace where
 * @param granted whether the client's API key may read there
 * @param key the memory's id or the state's name; empty when the server chooses the id, and for
 *     lists; for a search the memory that it is meant to find
 * @param idempotencyKey empty for reads
 * @param expectedVersion of a compare-and-set
 * @param written what a write puts there; for a search the value of {@code key} that it looks for
 */
public record Request(
    Phase phase,
    Kind kind,
    int client,
    int node,
    String namespace,
    boolean granted,
    String key,
    String idempotencyKey,
    OptionalLong expectedVersion,
    @Nullable Fingerprint written) {}
