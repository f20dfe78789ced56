/**
 * The customer's key in Azure Key Vault or Managed HSM, an RSA key.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.azure.AzureKeyManagementProvider} reads the
 * settings, {@link io.rekindle.node.kms.azure.AzureKeyManagementService} wraps and unwraps, {@link
 * io.rekindle.node.kms.azure.KeyVaultAnswers} and {@link io.rekindle.node.kms.azure.EntraAnswers}
 * say what a refusal means.
 *
 * <p>Invariants: TLS 1.3 alone; every request ends in bounded time, with an answer of bounded size;
 * each wrapping and unwrapping is the service's own, never one with a public key kept here; an
 * answer is of our vault, key and version, or none; what a service says of a fault is shown by its
 * codes, never by its text.
 *
 * <p>Does not: read the environment, follow redirects or challenges, tell Microsoft of itself, or
 * retry what was refused.
 */
@NullMarked
package io.rekindle.node.kms.azure;

import org.jspecify.annotations.NullMarked;
