/**
 * What can be done with memories, one class for each operation.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.memory.IgniteMemoryStore} and {@link
 * io.rekindle.node.storage.memory.IgniteVectorStore}; {@code StoreMemory}, {@code UpdateMemory} and
 * {@code DeleteMemory} are the transactions, {@code MemoryView} is the only way by which a row
 * leaves.
 *
 * <p>Invariants: the row is the truth, and whatever else speaks of a memory counts only while its
 * row exists; decisions about uniqueness and replays are taken under the locks; a row leaves opened
 * and tested against pass and filter in Java, whatever an index said before.
 */
@NullMarked
package io.rekindle.node.storage.memory;

import org.jspecify.annotations.NullMarked;
