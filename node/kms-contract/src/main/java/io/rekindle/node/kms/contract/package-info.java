/**
 * What every provider of the customer's key is held to.
 *
 * <p>Starting points: {@link io.rekindle.node.kms.contract.KeyManagementContractTest} for all of
 * them, {@link io.rekindle.node.kms.contract.RemoteKeyManagementContractTest} for those that a
 * customer can switch off, over a server whose faults the test commands ({@link
 * io.rekindle.node.kms.contract.KeyServer}).
 *
 * <p>Does not: know a vendor. Nothing of it is in the distribution.
 */
@NullMarked
package io.rekindle.node.kms.contract;

import org.jspecify.annotations.NullMarked;
