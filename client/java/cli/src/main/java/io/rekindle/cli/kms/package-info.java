/**
 * The customer's key: how it wraps the cluster key of a node on this machine, and a demonstration
 * of what it decides.
 *
 * <p>Starting points: {@link io.rekindle.cli.kms.KmsCommands}, {@link io.rekindle.cli.kms.KmsDemo}.
 *
 * <p>Does not: see a key. The node's own process does the work.
 */
@NullMarked
package io.rekindle.cli.kms;

import org.jspecify.annotations.NullMarked;
