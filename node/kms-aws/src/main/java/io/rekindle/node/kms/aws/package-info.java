/**
 * The customer's key in AWS KMS: a symmetric one.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.aws.AwsKeyManagementProvider} reads the settings,
 * {@link io.rekindle.node.kms.aws.AwsKeyManagementService} wraps and unwraps, {@link
 * io.rekindle.node.kms.aws.AwsRefusal} says what AWS's error codes mean for the key.
 *
 * <p>Invariants: TLS 1.3 alone, but for the logins that the machine itself hands out; every request
 * ends in bounded time, with an answer of bounded size; what AWS says of a fault is shown where it
 * can't repeat the request; an expired login is not taken for a revoked key; an answer of another
 * key is no answer.
 *
 * <p>Does not: heed the environment, but where the login {@code container} has its address, or
 * {@code ~/.aws}; follow redirects, or retry what AWS refused.
 */
@NullMarked
package io.rekindle.node.kms.aws;

import org.jspecify.annotations.NullMarked;
