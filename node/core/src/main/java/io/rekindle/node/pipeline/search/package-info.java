/** Finds memories by meaning, under the caller's filter and the pass. */
@NullMarked
package io.rekindle.node.pipeline.search;

import org.jspecify.annotations.NullMarked;
