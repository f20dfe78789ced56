/** Reads and writes agent state. */
@NullMarked
package io.rekindle.node.pipeline.state;

import org.jspecify.annotations.NullMarked;
