package io.rekindle.chaos.checker;

/**
 * What {@code rekindle audit verify} said of a node's chain after the run.
 *
 * @param exitCode 0 when it is whole
 * @param lastSequence 0 when it did not say
 * @param output what it printed
 */
public record ChainCheck(int node, int exitCode, long lastSequence, String output) {}
