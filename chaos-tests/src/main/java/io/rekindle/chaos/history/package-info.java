/**
 * What was asked and what was answered: a log that grows during a run, and is immutable after it.
 *
 * <p>Starting points: {@link io.rekindle.chaos.history.Recorder} takes it down, {@link
 * io.rekindle.chaos.history.Operation} is one line of it.
 *
 * <p>Invariants: all times are of one clock, {@code System.nanoTime} of this process; a fingerprint
 * stands for a content, so that a history holds no contents. Does not judge.
 */
@NullMarked
package io.rekindle.chaos.history;

import org.jspecify.annotations.NullMarked;
