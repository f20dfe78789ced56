/**
 * What is kept besides memories, and the assembly of all stores over one engine.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.engine.IgniteStorage} opens everything;
 * {@link io.rekindle.node.storage.engine.IgniteNamespaceStore} and its siblings are one cache each.
 *
 * <p>Invariants: what the keyring, the authenticator and the authoriser ask for ({@code find...},
 * {@code grantsOf}) takes no pass, because passes come from it; everything else does.
 */
@NullMarked
package io.rekindle.node.storage.engine;

import org.jspecify.annotations.NullMarked;
