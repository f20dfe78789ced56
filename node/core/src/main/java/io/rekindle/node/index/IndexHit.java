package io.rekindle.node.index;

import io.rekindle.node.model.MemoryId;

/**
 * A memory that a search found.
 *
 * @param chunk the chunk that scored best; the lowest of equal ones
 * @param score higher is better: the cosine, the inner product, or minus the Euclidean distance
 * @param version of the row that the filter was tested on
 */
public record IndexHit(MemoryId memoryId, int chunk, float score, long version) {}
