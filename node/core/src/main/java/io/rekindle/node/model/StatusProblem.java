package io.rekindle.node.model;

/**
 * Something that is wrong, or may soon be.
 *
 * @param code such as {@code node-away}; stays the same between releases
 * @param nodeId of the node that it is about; empty for the cluster
 * @param text one line: what it is, and what to do, with the command
 */
public record StatusProblem(String code, String nodeId, String text) {}
