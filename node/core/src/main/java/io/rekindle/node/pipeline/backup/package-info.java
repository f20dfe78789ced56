/** Backups of the cluster, on request. */
@NullMarked
package io.rekindle.node.pipeline.backup;

import org.jspecify.annotations.NullMarked;
