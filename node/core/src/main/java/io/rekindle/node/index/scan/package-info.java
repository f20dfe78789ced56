/**
 * The arithmetic of an exact vector search: int8 codes with a proven error, and the kernels that
 * scan them.
 *
 * <p>Starting points: {@link io.rekindle.node.index.scan.Quantizer} makes a code and says how far
 * it is off, {@link io.rekindle.node.index.scan.Scorer} turns that into "may reach this score" and
 * computes exact scores, {@link io.rekindle.node.index.scan.Kernels} chooses the kernel.
 *
 * <p>Invariants: a vector that a scorer refuses cannot have reached the score; exact scores do not
 * depend on the kernel, so that every node answers with the same ones.
 *
 * <p>Does not: know rows, ordinals, filters or threads; everything here is pure.
 */
@NullMarked
package io.rekindle.node.index.scan;

import org.jspecify.annotations.NullMarked;
