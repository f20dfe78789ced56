package io.rekindle.node.index.words;

import io.rekindle.node.model.MemoryId;

/**
 * A memory that has some of the words.
 *
 * @param score BM25, above 0; higher is better
 * @param contentVersion of the content that has the words
 */
public record WordHit(MemoryId memoryId, float score, long contentVersion) {}
