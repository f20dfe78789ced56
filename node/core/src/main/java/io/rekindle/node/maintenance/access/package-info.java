/** Writes the access counts of memories, in batches. */
@NullMarked
package io.rekindle.node.maintenance.access;

import org.jspecify.annotations.NullMarked;
