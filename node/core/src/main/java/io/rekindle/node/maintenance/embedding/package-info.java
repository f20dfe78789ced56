/**
 * The embedding pipeline: from a row that waits to a row that is found by meaning.
 *
 * <p>Starting points: {@code EmbeddingPipeline} owns the threads; {@code EmbeddingGrid} brings a
 * batch to {@code EmbedOperation}, on whichever node embeds; {@code EmbeddingSweep} brings back
 * what a crash, a full queue or an error left behind, {@code QueueTakeover} what a node that left
 * did.
 *
 * <p>Invariants: queues hold ids, never texts; losing a queue loses no memory, because the row
 * stays pending until its vectors are in the same partition; an attempt that fails is counted and
 * tried again, never dropped; a row that several nodes embed is completed once.
 */
@NullMarked
package io.rekindle.node.maintenance.embedding;

import org.jspecify.annotations.NullMarked;
