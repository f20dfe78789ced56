package io.rekindle.node.audit;

/**
 * How far the tail is written: everything up to here is whole and, at {@code POWER}, synced.
 *
 * @param lastRecord the last frame that holds more than heartbeats
 */
record TailEnd(ChainPoint point, TailPosition position, TailPosition lastRecord) {}
