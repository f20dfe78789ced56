/** Lists memories, newest first, page by page. */
@NullMarked
package io.rekindle.node.pipeline.list;

import org.jspecify.annotations.NullMarked;
