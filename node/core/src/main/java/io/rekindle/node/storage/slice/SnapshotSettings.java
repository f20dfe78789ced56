package io.rekindle.node.storage.slice;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Bounds of the snapshots.
 *
 * @param folder where they lie, sealed
 * @param from vectors of a slice from which it has one
 * @param maxAge one that is older is written anew, or deleted: it may hold vectors that nobody has
 *     any more
 * @param diskReserveBytes nothing is written while less is free
 */
public record SnapshotSettings(Path folder, int from, Duration maxAge, long diskReserveBytes) {}
