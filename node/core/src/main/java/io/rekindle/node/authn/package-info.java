/**
 * Who is asking: an API key's text to a {@code Principal}, or one refusal.
 *
 * <p>Starting points: {@link io.rekindle.node.authn.Authenticator} checks a credential, {@link
 * io.rekindle.node.authn.ApiKeyMint} makes one, {@link io.rekindle.node.authn.ApiKeyText} is its
 * written form.
 *
 * <p>Invariants: a secret is never stored, only what proves it; every refusal has the same answer
 * and costs the same keyed hash, whatever its reason; the reason goes to the audit alone.
 *
 * <p>Does not: keep keys ({@code storage} implements {@code ApiKeySource}), read headers ({@code
 * endpoint}), or decide what a principal may do ({@code access}).
 */
@NullMarked
package io.rekindle.node.authn;

import org.jspecify.annotations.NullMarked;
