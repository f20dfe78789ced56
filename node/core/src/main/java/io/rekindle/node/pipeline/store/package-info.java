/** Stores memories, each item of a batch on its own, and offers them for embedding. */
@NullMarked
package io.rekindle.node.pipeline.store;

import org.jspecify.annotations.NullMarked;
