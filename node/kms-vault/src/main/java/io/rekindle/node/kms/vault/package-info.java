/**
 * The customer's key in HashiCorp Vault, in its secrets engine Transit.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.vault.VaultKeyManagementProvider} reads the
 * settings, {@link io.rekindle.node.kms.vault.VaultKeyManagementService} wraps and unwraps.
 *
 * <p>Invariants: TLS 1.3 alone; every request ends in bounded time, with an answer of bounded size;
 * what Vault says of a fault is shown, what it says of a key or a token never is; an expired login
 * is not taken for a revoked key.
 *
 * <p>Does not: read the environment, follow redirects, or retry what Vault refused.
 */
@NullMarked
package io.rekindle.node.kms.vault;

import org.jspecify.annotations.NullMarked;
