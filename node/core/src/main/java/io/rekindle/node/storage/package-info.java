/**
 * Every Ignite class that touches data: caches, transactions, the index that follows its partition.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.MemoryStore} and its siblings say what can be
 * done; {@code storage.row} is the row format, {@code storage.slice} the index's hook, {@code
 * storage.memory} the operations on memories, {@code storage.engine} the rest and the assembly.
 *
 * <p>Invariants: every data method takes a pass first, checks the action against the namespace and
 * applies the row filter to every row that leaves. Inside a transaction locks are taken in one
 * order and entries are written in an order of which every prefix is a legal state (decision 0002),
 * because Ignite applies a transaction entry by entry when its node is killed.
 *
 * <p>Does not: decide who may do what ({@code access}), compute scores ({@code index}) or embed.
 */
@NullMarked
package io.rekindle.node.storage;

import org.jspecify.annotations.NullMarked;
