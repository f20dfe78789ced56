package io.rekindle.node.model;

/**
 * A piece of a content that has a vector of its own.
 *
 * @param chunk 0 for the first
 * @param start where it begins, in Unicode code points
 * @param end where it ends, exclusive
 */
public record ChunkSpan(int chunk, int start, int end) {}
