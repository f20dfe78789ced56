/** Reads one memory. */
@NullMarked
package io.rekindle.node.pipeline.get;

import org.jspecify.annotations.NullMarked;
