/**
 * A cluster on this machine, to see what becomes of it when a node is killed, and to measure it.
 *
 * <p>Starting point: {@link io.rekindle.cli.cluster.DemoCommand}.
 *
 * <p>Invariants: only processes that were started here are ended here; nodes are spoken to by the
 * client alone.
 */
@NullMarked
package io.rekindle.cli.cluster;

import org.jspecify.annotations.NullMarked;
