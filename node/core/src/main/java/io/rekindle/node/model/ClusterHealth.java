package io.rekindle.node.model;

/**
 * How the copies of the data are.
 *
 * @param backups copies of each partition besides the first
 * @param copiesMissing copies that are missing or behind
 * @param partitionsLost partitions without a copy in reach
 * @param clockDifferenceMillis how far this node's clock is behind the others'
 */
public record ClusterHealth(
    int backups, int copiesMissing, int partitionsLost, long clockDifferenceMillis) {}
