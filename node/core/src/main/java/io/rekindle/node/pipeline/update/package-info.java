/** Changes one memory, under optimistic concurrency. */
@NullMarked
package io.rekindle.node.pipeline.update;

import org.jspecify.annotations.NullMarked;
