/**
 * The words of the house as values: ids, memories, commands and replies.
 *
 * <p>Starting points: {@link io.rekindle.node.model.Command} is everything that can be asked for,
 * {@link io.rekindle.node.model.Reply} everything that can be answered, {@link
 * io.rekindle.node.model.Limits} the bounds of every field.
 *
 * <p>Invariants: a value that exists is within its limits (constructors refuse the rest, naming
 * field and limit); values are immutable and know no I/O, no clock and no protocol.
 */
@NullMarked
package io.rekindle.node.model;

import org.jspecify.annotations.NullMarked;
