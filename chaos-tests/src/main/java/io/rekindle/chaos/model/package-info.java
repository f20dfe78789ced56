/**
 * What must be true of a store, given what it acknowledged and what it left open.
 *
 * <p>Starting points: {@link io.rekindle.chaos.model.Model} has a {@link
 * io.rekindle.chaos.model.Life} for each record of a history.
 *
 * <p>Invariants: says nothing that a correct store could break: where the order of two operations
 * cannot be known, or one has an unknown outcome, everything that may be true is allowed. Pure.
 */
@NullMarked
package io.rekindle.chaos.model;

import org.jspecify.annotations.NullMarked;
