/**
 * Calls to the node that owns a slice: any node answers any request, the owner does the work.
 *
 * <p>Starting points: {@link io.rekindle.node.storage.owner.OwnedStores} wires both ends; {@link
 * io.rekindle.node.storage.owner.OwnedMemoryStore} and {@link
 * io.rekindle.node.storage.owner.OwnedAgentStateStore} are what handlers use; {@code OwnerCalls} is
 * the caller's end of a hop, {@code OwnerOperations} the other.
 *
 * <p>Invariants: one hop, never two, as an operation uses the local stores alone; what this node
 * owns is not serialised; a pass travels sealed for one node and is opened there, and the
 * namespaces are looked up there by id, so that the owner decides as if the request had come to it;
 * lists and searches name their slices, and an owner refuses those that are not its own (any more)
 * instead of answering short. Writes and reads of one row are right on any node, so nothing is
 * refused there for a slice that moves.
 *
 * <p>Does not: carry a {@code SystemPass}. Background work uses the local stores, and Ignite
 * fetches what it needs of other nodes; but the counts that every node has of the same memories go
 * to their owner ({@link io.rekindle.node.storage.owner.OwnedAccessCountStore}).
 */
@NullMarked
package io.rekindle.node.storage.owner;

import org.jspecify.annotations.NullMarked;
