/**
 * Runs: a cluster, traffic and faults by one seed, and the verdict.
 *
 * <p>Starting points: {@link io.rekindle.chaos.scenario.ChaosRun} is a run; {@code regression} has
 * those of every build, {@code exploratory} those that look for what nobody has thought of.
 */
@NullMarked
package io.rekindle.chaos.scenario;

import org.jspecify.annotations.NullMarked;
