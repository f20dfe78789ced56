/** Page tokens: opaque, authenticated, bound to the principal and the command. */
@NullMarked
package io.rekindle.node.pipeline.page;

import org.jspecify.annotations.NullMarked;
