package io.rekindle.chaos.fault;

/**
 * A fault that struck. Times are of the history's clock.
 *
 * @param brokenNanos when it struck
 * @param mendedNanos when it was taken away: a process launched again, space freed
 * @param readyNanos when the node said that it is ready, or all nodes were one database again; of
 *     faults without a start of a node that is alone, as mended
 */
public record FaultEvent(
    String name, int node, long brokenNanos, long mendedNanos, long readyNanos) {}
