/**
 * The customer's key in Google Cloud KMS.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.gcp.GcpKeyManagementProvider} reads the settings,
 * {@link io.rekindle.node.kms.gcp.GcpKeyManagementService} wraps and unwraps.
 *
 * <p>Invariants: TLS 1.3 alone, but for the metadata server, which has none; every request ends in
 * bounded time, with an answer of bounded size; an answer is believed with the right checksums
 * alone; what a proxy says is not taken for what Google says, nor an unknown login for a revoked
 * key.
 *
 * <p>Does not: read the environment, follow redirects, or retry what Google refused.
 */
@NullMarked
package io.rekindle.node.kms.gcp;

import org.jspecify.annotations.NullMarked;
