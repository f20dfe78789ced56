/**
 * The slice indexes, and the hook by which they follow their partitions exactly.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.slice.SliceIndexingSpi} is called by Ignite
 * inside every commit; {@link io.rekindle.node.storage.slice.SliceIndexes} builds a slice's index
 * on first use and keeps it; {@code SliceScan} reads a slice.
 *
 * <p>Invariants: the caches are the truth and an index is derived; the hook never throws, waits or
 * looks anything up, and whatever goes wrong there makes the slice stale; a stale index answers
 * nothing and is built anew.
 *
 * <p>Does not: know passes; who asks an index applies the row filter.
 */
@NullMarked
package io.rekindle.node.storage.slice;

import org.jspecify.annotations.NullMarked;
