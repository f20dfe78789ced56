/**
 * A local node: its folder, and its process.
 *
 * <p>Starting points: {@link io.rekindle.cli.node.NodeFolder}, {@link
 * io.rekindle.cli.node.NodeProcess}.
 *
 * <p>Invariants: only processes that were started here are ended here.
 */
@NullMarked
package io.rekindle.cli.node;

import org.jspecify.annotations.NullMarked;
