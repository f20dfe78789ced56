/**
 * Nodes of the built distribution: each a folder, a process and ports.
 *
 * <p>Starting points: {@link io.rekindle.chaos.cluster.Cluster} has the nodes; {@link
 * io.rekindle.chaos.cluster.ChaosNode} is one, whatever becomes of its process.
 *
 * <p>Invariants: a process is ended by its own handle, never by a name; a port stays the same over
 * restarts, so that clients find the node again. Does not know what is asked of a node.
 */
@NullMarked
package io.rekindle.chaos.cluster;

import org.jspecify.annotations.NullMarked;
