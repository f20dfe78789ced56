/**
 * One-bit codes of vectors, after RaBitQ (Gao and Long, SIGMOD 2024): an unbiased estimate of an
 * inner product for a few nanoseconds and an eighth of a byte a dimension.
 *
 * <p>Starting points: {@link io.rekindle.node.index.rabitq.Center} is what the codes are made
 * against, {@link io.rekindle.node.index.rabitq.Encoder} makes codes of vectors and prepares
 * queries, {@link io.rekindle.node.index.rabitq.CodeLayout} says how codes lie in memory, and
 * {@link io.rekindle.node.index.rabitq.CodeKernels} chooses what scans them there.
 *
 * <p>Invariants: the same seed gives the same rotation on every machine; an estimate is a number
 * whatever the vector was (zero, huge, tiny, equal to the mean); all kernels count the same bits.
 *
 * <p>Does not: know rows, ordinals, filters or threads, promise a bound of one estimate (who needs
 * the truth computes it for the candidates), or keep anything; everything here is pure.
 */
@NullMarked
package io.rekindle.node.index.rabitq;

import org.jspecify.annotations.NullMarked;
