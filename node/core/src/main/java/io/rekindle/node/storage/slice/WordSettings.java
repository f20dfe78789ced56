package io.rekindle.node.storage.slice;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Bounds of the words.
 *
 * @param bytesMax of the words of all slices together, in memory
 * @param folder where those of large slices are kept, sealed
 * @param filesFrom contents of a slice from which they are
 * @param filesMaxAge files that are not in use are deleted after so long, since they may hold words
 *     that nobody has any more
 * @param diskReserveBytes nothing is written while less is free
 */
public record WordSettings(
    long bytesMax, Path folder, int filesFrom, Duration filesMaxAge, long diskReserveBytes) {}
