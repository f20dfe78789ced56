/**
 * The cluster as its administrators see it: which nodes there are, which hold data.
 *
 * <p>Starting point: {@link io.rekindle.node.pipeline.cluster.ClusterHandler}.
 *
 * <p>Does not: decide who may ask; move data, which Ignite does in the background.
 */
@NullMarked
package io.rekindle.node.pipeline.cluster;

import org.jspecify.annotations.NullMarked;
