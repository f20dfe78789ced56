package io.rekindle.node.index;

/**
 * What a row says of a memory that an order may count.
 *
 * @param importance 0 to 1
 */
public record RowFacts(long createdAtMicros, float importance) {}
