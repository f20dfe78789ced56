package io.rekindle.node.audit;

/**
 * How far a node's chain has come: everything up to it is in blocks.
 *
 * @param sequence the last number given, 0 for an empty chain
 * @param hash over everything up to it
 */
public record AuditPosition(long sequence, Hash hash) {}
