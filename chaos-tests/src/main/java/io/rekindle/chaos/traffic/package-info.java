/**
 * What is asked while nodes break.
 *
 * <p>Starting points: {@link io.rekindle.chaos.traffic.Plan} decides by a seed what a client asks;
 * {@link io.rekindle.chaos.traffic.TrafficClient} asks it; {@link
 * io.rekindle.chaos.traffic.RecordedCalls} is every call, written down before and after; {@link
 * io.rekindle.chaos.traffic.LastRead} reads everything when all is over.
 *
 * <p>Invariants: what is asked depends on the seed alone, when and of which node does not; each
 * write has a value that no other write has; nothing is asked under a key after its memory's delete
 * but reads.
 */
@NullMarked
package io.rekindle.chaos.traffic;

import org.jspecify.annotations.NullMarked;
