/**
 * Background work: what happens without a request.
 *
 * <p>Starting points: {@link io.rekindle.node.maintenance.PeriodicWork} runs the rounds; each kind
 * of work is a package of its own.
 *
 * <p>Invariants: every kind holds a {@code SystemPass} of its own purpose, minted in {@code
 * bootstrap}; what it changes is audited per batch; a round does a bounded amount of work.
 */
@NullMarked
package io.rekindle.node.maintenance;

import org.jspecify.annotations.NullMarked;
