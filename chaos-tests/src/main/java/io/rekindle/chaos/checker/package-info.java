/**
 * What condemns a run.
 *
 * <p>Starting points: {@link io.rekindle.chaos.checker.Checkers} has all of them; each says in its
 * own words what it condemns and what it cannot know.
 *
 * <p>Invariants: pure; a history that a correct store can produce is accepted; a history that lacks
 * what a checker needs is condemned, so that nothing passes for not having been looked at.
 */
@NullMarked
package io.rekindle.chaos.checker;

import org.jspecify.annotations.NullMarked;
