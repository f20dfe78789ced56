package io.rekindle.node.index;

/**
 * How many rows have a value.
 *
 * @param rows at least 1
 */
public record ValueCount(String value, long rows) {}
