/**
 * The commands, grouped by noun; each is one call of the client and its answer as text or JSON.
 *
 * <p>Starting points: {@code StoreCommand} and {@code SearchCommand} are the short forms, {@code
 * MemoryCommands} the long ones; {@code Texts} writes answers for people.
 */
@NullMarked
package io.rekindle.cli.command;

import org.jspecify.annotations.NullMarked;
