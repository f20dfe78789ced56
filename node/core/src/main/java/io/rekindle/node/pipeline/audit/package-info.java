/** Reads and verifies the audit log. */
@NullMarked
package io.rekindle.node.pipeline.audit;

import org.jspecify.annotations.NullMarked;
