/** Deletes memories, each item of a batch on its own. */
@NullMarked
package io.rekindle.node.pipeline.delete;

import org.jspecify.annotations.NullMarked;
