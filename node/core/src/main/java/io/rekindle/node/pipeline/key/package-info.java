/** Says which keys there are, and has tenants' keys wrapped anew. */
@NullMarked
package io.rekindle.node.pipeline.key;

import org.jspecify.annotations.NullMarked;
