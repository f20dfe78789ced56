/**
 * Envelope encryption: the cluster key, the data keys of namespaces, and what is sealed under them.
 *
 * <p>Starting points: {@link io.rekindle.node.keyring.Keyring} seals and opens payloads; {@link
 * io.rekindle.node.keyring.ClusterKeyFile} is where the cluster key rests, wrapped by the
 * customer's; {@link io.rekindle.node.keyring.WrappedTenantKey} is the key of a tenant with a
 * customer of its own; {@link io.rekindle.node.keyring.Envelope} is the byte layout.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Every key has one use: sub-keys are derived by label, never shared.
 *   <li>An envelope opens only in the place it was sealed for: cluster, kind, namespace, memory and
 *       chunk are authenticated. It says which key sealed it and commits to that key.
 *   <li>No call reaches a key management service after the cluster key was opened, save the first
 *       for a tenant with a key of its own.
 * </ul>
 *
 * <p>Does not: know rows, caches, Ignite or principals; write anything but the cluster key's file
 * and the mark of a data folder. Only {@code storage} and {@code archive} may seal and open.
 */
@NullMarked
package io.rekindle.node.keyring;

import org.jspecify.annotations.NullMarked;
