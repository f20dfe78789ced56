/**
 * What is done to nodes.
 *
 * <p>Starting points: {@link io.rekindle.chaos.fault.Fault} breaks something, holds it, and mends
 * it; {@link io.rekindle.chaos.fault.Faults} has those of the exploratory runs.
 *
 * <p>Invariants: a fault says what it needs, and where that is missing nobody pretends that it
 * struck; whatever it did to the machine (mounts, network namespaces) is undone on close; the
 * machine's clock is never touched: a process is told another time. Does not judge.
 */
@NullMarked
package io.rekindle.chaos.fault;

import org.jspecify.annotations.NullMarked;
