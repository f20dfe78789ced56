/** Deletes what has expired, like any delete, and says so in the audit. */
@NullMarked
package io.rekindle.node.maintenance.expiry;

import org.jspecify.annotations.NullMarked;
