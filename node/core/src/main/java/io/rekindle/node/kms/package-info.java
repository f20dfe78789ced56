/**
 * The customer's key: who wraps the cluster key, and the local provider for development.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.KeyManagementService} is what a provider offers,
 * and {@link io.rekindle.node.kms.KeyManagementProvider} opens one; those of vendors are modules of
 * their own ({@code node/kms-*}). {@link io.rekindle.node.kms.LocalKeyManagementService} keeps the
 * key in a file of mode 0600. {@link io.rekindle.node.kms.Xaes} is the one cipher of the house and
 * {@link io.rekindle.node.kms.SecretFiles} the one way to keep a secret in a file.
 *
 * <p>Invariants: a provider never gives its own key away; what it wraps is bound to the associated
 * data given. A refusal to start is one sentence and changes nothing.
 *
 * <p>Does not: know what is wrapped, cache anything, or appear on any request path.
 */
@NullMarked
package io.rekindle.node.kms;

import org.jspecify.annotations.NullMarked;
