/**
 * The row format: caches, keys and values as they lie on disk.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.row.CacheConfigurations} makes every cache,
 * {@link io.rekindle.node.storage.row.Caches} holds them typed, {@link
 * io.rekindle.node.storage.row.MemoryRow} is the row of a memory.
 *
 * <p>Invariants: a key's slice is its affinity, so all that belongs to a slice lies in one
 * partition; every value begins with a format byte; names of caches, types and columns are static,
 * because Ignite's own files show them in clear; classes here are plain (no records: Ignite's
 * marshaller cannot write them) and are never renamed, since their names are part of the format.
 */
@NullMarked
package io.rekindle.node.storage.row;

import org.jspecify.annotations.NullMarked;
