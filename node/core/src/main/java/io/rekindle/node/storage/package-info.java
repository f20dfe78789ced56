/**
 * Every Ignite class that touches data: caches, transactions, the index that follows its partition.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.MemoryStore} and its siblings say what can be
 * done; {@code storage.row} is the row format, {@code storage.slice} the index's hook, {@code
 * storage.memory} the operations on memories, {@code storage.engine} the rest and the assembly.
 *
 * <p>Invariants: every data method takes a pass first, checks the action against the namespace and
 * applies the row filter to every row that leaves. Inside a transaction locks are taken in one
 * order, and records are written before the row that relies on them (decision 0004 says what a
 * transaction of Ignite is when its node is killed).
 *
 * <p>Does not: decide who may do what ({@code access}), compute scores ({@code index}) or embed.
 */
@NullMarked
package io.rekindle.node.storage;

import org.jspecify.annotations.NullMarked;
