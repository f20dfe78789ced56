package io.rekindle.chaos.fault;

/**
 * A fault that struck. Times are of the history's clock.
 *
 * @param brokenNanos when it struck
 * @param mendedNanos when it was taken away: a process launched again, space freed
 * @param readyNanos when the node said that it is ready; of faults without a start, as mended
 */
public record FaultEvent(
    String name, int node, long brokenNanos, long mendedNanos, long readyNanos) {}
