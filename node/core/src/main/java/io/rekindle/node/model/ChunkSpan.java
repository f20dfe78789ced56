package io.rekindle.node.model;

/**
 * Where a chunk lies in its content.
 *
 * @param chunk which one it is, from 0, in the order of the content
 * @param start its first character, counted in Unicode code points from 0
 * @param end behind its last character, counted like {@code start}
 */
public record ChunkSpan(int chunk, int start, int end) {}
