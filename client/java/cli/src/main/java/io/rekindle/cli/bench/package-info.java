/**
 * What a node reaches, measured from outside through gRPC beside the server's own timer.
 *
 * <p>Starting points: {@link io.rekindle.cli.bench.BenchCommand}; {@code StoreBench} and {@code
 * SearchBench} are the measurements, {@code BenchReport} their form.
 *
 * <p>Invariants: a warm-up comes before every measurement; every figure stands beside its operating
 * point and durability; recall is against exact answers computed here. Nothing is asserted: these
 * are figures, not tests.
 */
@NullMarked
package io.rekindle.cli.bench;

import org.jspecify.annotations.NullMarked;
