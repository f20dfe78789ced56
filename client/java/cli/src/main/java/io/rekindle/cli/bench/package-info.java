/**
 * What a node reaches, measured from outside through gRPC beside the server's own timer.
 *
 * <p>Starting points: {@link io.rekindle.cli.bench.BenchCommand}; {@code SearchBench}, {@code
 * RestartBench}, {@code PipelineBench}, {@code MixedBench}, {@code NamespacesBench}, {@code
 * StoreBench} and {@code StartBench} are the measurements, each a command's; {@code Load} asks as
 * fast as it is answered, {@code OpenLoop} at a rate; {@code PreparedSet} stores what is searched,
 * once for a folder.
 *
 * <p>Invariants: a warm-up comes before every measurement; every figure stands beside its operating
 * point and durability; recall is against exact answers computed here. Nothing is asserted of
 * times: these are figures, not tests. A wrong answer fails the run.
 */
@NullMarked
package io.rekindle.cli.bench;

import org.jspecify.annotations.NullMarked;
