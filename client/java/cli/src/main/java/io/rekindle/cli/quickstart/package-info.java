/**
 * The tour of the main job on a fresh machine.
 *
 * <p>Starting points: {@code Tour} is the list of steps; {@code Corpus} is what it imports: the
 * project's own documentation and conversations of two support desks.
 *
 * <p>Invariants: every step checks what it shows and ends the tour when that is wrong; running it
 * again on the same folder finds everything that was there.
 */
@NullMarked
package io.rekindle.cli.quickstart;

import org.jspecify.annotations.NullMarked;
