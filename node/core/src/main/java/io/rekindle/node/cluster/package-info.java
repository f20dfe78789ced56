/**
 * Ignite, made safe: its configuration, its encryption at rest, who may join, and the one compute
 * job that carries work between nodes.
 *
 * <p>Starting points: {@link io.rekindle.node.cluster.IgniteConfigurations} builds the whole
 * configuration of a node and says why; {@link io.rekindle.node.cluster.XaesEncryptionSpi} seals
 * pages and WAL; {@link io.rekindle.node.cluster.NodeCertificates} makes certificates, {@link
 * io.rekindle.node.cluster.NodeTls} uses them; {@link io.rekindle.node.cluster.SliceCalls} sends
 * bytes to a named handler on another node.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Two sockets listen, discovery and communication: TLS 1.3, both sides with a certificate of
 *       the node CA, bound to the configured address (loopback by default). Nothing else does.
 *   <li>Everything Ignite writes lies below {@link io.rekindle.node.cluster.EngineFolders}, locked
 *       by one process at a time.
 *   <li>No call here reaches a key management service: the page key comes in with the constructor.
 * </ul>
 *
 * <p>Does not: define caches, know rows or principals, or decide what a call between nodes means.
 */
@NullMarked
package io.rekindle.node.cluster;

import org.jspecify.annotations.NullMarked;
