/** Says how the node is and who the caller is. */
@NullMarked
package io.rekindle.node.pipeline.status;

import org.jspecify.annotations.NullMarked;
